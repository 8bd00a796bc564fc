//go:build unix

package elastictest

import _ "embed"

//go:embed elasticsearch.xml
var elasticsearchPom []byte

//go:embed opensearch.xml
var opensearchPom []byte

// product is what Elasticsearch and OpenSearch do not have in common.
type product struct {
	name string // of the program, its configuration and its distribution
	env  string // how its environment variables begin
	pom  []byte

	lastJava int    // the newest that it runs on, 0 if unknown
	jvm      string // flags that its own jvm.options has beside those for memory and logs
}

var elasticsearch = product{
	name: "elasticsearch",
	env:  "ES_",
	pom:  elasticsearchPom,
	jvm: "20-:--add-modules=jdk.incubator.vector\n" +
		"23:-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.setAsTypeCache\n" +
		"23:-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.asTypeUncached\n" +
		"-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1\n",
}

var opensearch = product{
	name:     "opensearch",
	env:      "OPENSEARCH_",
	pom:      opensearchPom,
	lastJava: 23, // it cannot do without the security manager, which Java 24 lacks
	jvm: "18-:-Djava.security.manager=allow\n" +
		"20-:--add-modules=jdk.incubator.vector\n" +
		"-Djava.util.concurrent.ForkJoinPool.common.threadFactory=org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory\n",
}

func (o Options) product() product {
	if o.OpenSearch {
		return opensearch
	}
	return elasticsearch
}
