package main

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

func member(name string) tokens.Type {
	// docker_image -> docker:index/image:Image
	camel := ""
	for i, p := range strings.Split(name, "_") {
		if i == 0 {
			camel += p
		} else {
			camel += strings.ToUpper(p[:1]) + p[1:]
		}
	}
	up := strings.ToUpper(camel[:1]) + camel[1:]
	return tokens.Type("docker:index/" + camel + ":" + up)
}

func main() {
	p := shimv2.NewProvider(shim.New())
	info := tfbridge.ProviderInfo{P: p, Name: "docker", Version: "4.11.2", Resources: map[string]*tfbridge.ResourceInfo{}, DataSources: map[string]*tfbridge.DataSourceInfo{}}
	for tf, pu := range map[string]string{"docker_container": "container", "docker_network": "network", "docker_volume": "volume", "docker_image": "remote_image", "docker_secret": "secret", "docker_config": "service_config", "docker_service": "service"} {
		info.Resources[tf] = &tfbridge.ResourceInfo{Tok: member(pu)}
	}
	tfbridge.Main("docker", "4.11.2", info, []byte(`{"name":"docker","version":"4.11.2"}`))
}
