/**
 * What @peculiar/x509 needs before it is loaded: its container of services (tsyringe) keeps notes on classes through
 * these three functions, which JavaScript does not have.
 */
const notes = new WeakMap<object, Map<unknown, unknown>>();

const functions = {
  defineMetadata: (key: unknown, value: unknown, target: object): void => {
    const own = notes.get(target) ?? new Map<unknown, unknown>();
    notes.set(target, own.set(key, value));
  },
  getOwnMetadata: (key: unknown, target: object): unknown => notes.get(target)?.get(key),
  getMetadata: (key: unknown, target: object): unknown => {
    for (let place: object | null = target; place !== null; place = Reflect.getPrototypeOf(place)) {
      if (notes.get(place)?.has(key) === true) return notes.get(place)?.get(key);
    }
    return undefined;
  },
};

// A program that has the whole polyfill keeps it.
if (!("getMetadata" in Reflect)) Object.assign(Reflect, functions);
