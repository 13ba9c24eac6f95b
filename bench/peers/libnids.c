/*
 * libnids FILE [--passes N] [--no-checksums] [--streams N] [--directions FILE]
 *
 * libnids over a capture with both directions of every connection collected by a callback that counts. Prints one JSON
 * line with the totals of the last pass, the same as bench/replay.js. --streams says how many connections are open at
 * most: libnids evicts the oldest when its table is full. Scan detection is off, as it has nothing to do with streams.
 *
 * libnids is initialised anew for each pass: nids_run() ends with nids_exit(), and nids_init() drops all callbacks.
 */
#include "direction.h"
#include <arpa/inet.h>
#include <nids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STREAMS 200000L

static unsigned long streams, from_client, from_server;

/* libnids' half-streams are named after the receiver: "server" holds what the client sent. */
static void count_stream(struct tcp_stream *stream, void **user)
{
	(void)user;
	switch (stream->nids_state) {
	case NIDS_JUST_EST:
		streams++;
		stream->client.collect++;
		stream->server.collect++;
		break;
	case NIDS_DATA:
		from_client += (unsigned long)stream->server.count_new;
		from_server += (unsigned long)stream->client.count_new;
		break;
	}
}

/* With --directions: where the lines go. */
static FILE *listing;

/* What one stream carried, kept as the listener's own pointer. */
struct conversation {
	struct direction from_client, from_server;
};

static void end_conversation(const struct tcp_stream *stream, struct conversation *conversation)
{
	char client[INET_ADDRSTRLEN], server[INET_ADDRSTRLEN];
	const struct tuple4 *ends = &stream->addr;
	inet_ntop(AF_INET, &ends->saddr, client, sizeof client);
	inet_ntop(AF_INET, &ends->daddr, server, sizeof server);
	direction_write(listing, &conversation->from_client, client, ends->source, server, ends->dest);
	direction_write(listing, &conversation->from_server, server, ends->dest, client, ends->source);
	free(conversation);
}

static void list_stream(struct tcp_stream *stream, void **user)
{
	struct conversation *conversation = *user;
	count_stream(stream, user);
	switch (stream->nids_state) {
	case NIDS_JUST_EST:
		*user = calloc(1, sizeof *conversation);
		if (*user == NULL)
			abort();
		break;
	case NIDS_DATA:
		direction_add(&conversation->from_client, stream->server.data, (unsigned int)stream->server.count_new);
		direction_add(&conversation->from_server, stream->client.data, (unsigned int)stream->client.count_new);
		break;
	default:
		end_conversation(stream, conversation);
	}
}

static void ignore_alert(int type, int error, struct ip *header, void *data)
{
	(void)type;
	(void)error;
	(void)header;
	(void)data;
}

static int usage(void)
{
	fprintf(stderr, "usage: libnids FILE [--passes N] [--no-checksums] [--streams N] [--directions FILE]\n");
	return 2;
}

int main(int argc, char **argv)
{
	/* Kept by libnids as a pointer. Network 0.0.0.0/0 matches every source. */
	static struct nids_chksum_ctl no_checksums = { 0, 0, NIDS_DONT_CHKSUM, 0 };
	char *path = NULL;
	long passes = 1, open_at_most = DEFAULT_STREAMS;
	int verify = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--passes") == 0 && i + 1 < argc)
			passes = strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--streams") == 0 && i + 1 < argc)
			open_at_most = strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--no-checksums") == 0)
			verify = 0;
		else if (strcmp(argv[i], "--directions") == 0 && i + 1 < argc) {
			listing = fopen(argv[++i], "w");
			if (listing == NULL) {
				perror(argv[i]);
				return 2;
			}
		} else if (path == NULL)
			path = argv[i];
		else
			return usage();
	}
	if (path == NULL || passes < 1 || open_at_most < 1)
		return usage();

	for (long pass = 0; pass < passes; pass++) {
		nids_params.filename = path;
		nids_params.syslog = (void (*)())ignore_alert;
		nids_params.scan_num_hosts = 0;
		nids_params.n_tcp_streams = (int)(open_at_most + open_at_most / 2 + 8); /* it holds 3/4 of this number */
		if (!nids_init()) {
			fprintf(stderr, "libnids: %s\n", nids_errbuf);
			return 2;
		}
		if (!verify)
			nids_register_chksum_ctl(&no_checksums, 1);
		nids_register_tcp(listing == NULL ? (void *)count_stream : (void *)list_stream);
		streams = from_client = from_server = 0;
		nids_run();
	}
	if (listing != NULL && !directions_close(listing)) {
		fprintf(stderr, "libnids: the directions cannot be written\n");
		return 2;
	}
	printf("{\"streams\":%lu,\"c2s\":%lu,\"s2c\":%lu}\n", streams, from_client, from_server);
	return 0;
}
