/*
 * pcap-loop FILE [--passes N]
 *
 * libpcap's own pcap_loop() over a capture with a callback that does next to nothing: what it costs in C to have each
 * packet handed over. Prints one JSON line with the totals of the last pass.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long packets;

static void count_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *frame)
{
	(void)user;
	(void)header;
	(void)frame;
	packets++;
}

static int usage(void)
{
	fprintf(stderr, "usage: pcap-loop FILE [--passes N]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	long passes = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--passes") == 0 && i + 1 < argc)
			passes = strtol(argv[++i], NULL, 10);
		else if (path == NULL)
			path = argv[i];
		else
			return usage();
	}
	if (path == NULL || passes < 1)
		return usage();

	for (long pass = 0; pass < passes; pass++) {
		char error[PCAP_ERRBUF_SIZE];
		pcap_t *capture = pcap_open_offline(path, error);
		if (capture == NULL) {
			fprintf(stderr, "pcap-loop: %s\n", error);
			return 2;
		}
		packets = 0;
		if (pcap_loop(capture, -1, count_packet, NULL) < 0) {
			fprintf(stderr, "pcap-loop: %s: %s\n", path, pcap_geterr(capture));
			return 2;
		}
		pcap_close(capture);
	}
	printf("{\"packets\":%lu}\n", packets);
	return 0;
}
