/*
 * libtins FILE [--passes N] [--directions FILE]
 *
 * libtins' StreamFollower behind its IPv4Reassembler, with callbacks for both directions of every stream that count.
 * Everything begins anew with each pass. It verifies no checksums. Prints one JSON line with the totals of the last pass.
 */
#include "direction.h"
#include <deque>
#include <stdexcept>
#include <string>
#include <tins/tcp_ip/stream_follower.h>
#include <tins/tins.h>

using Tins::TCPIP::Stream;

namespace
{

struct Totals {
	unsigned long streams = 0, from_client = 0, from_server = 0;
};

/* What one stream carried, noted with --directions only. */
struct Conversation {
	std::string client, server;
	unsigned int client_port, server_port;
	direction from_client, from_server;
};

/* Counts what the stream delivers; the payload in hand is fresh, and given up after the callback. */
void count(Stream &stream, Totals &totals)
{
	totals.streams++;
	stream.client_data_callback([&totals](Stream &s) { totals.from_client += s.client_payload().size(); });
	stream.server_data_callback([&totals](Stream &s) { totals.from_server += s.server_payload().size(); });
}

void note(Stream &stream, Conversation &conversation)
{
	conversation = { stream.client_addr_v4().to_string(), stream.server_addr_v4().to_string(), stream.client_port(),
			 stream.server_port(), {}, {} };
	stream.client_data_callback([&conversation](Stream &s) {
		direction_add(&conversation.from_client, s.client_payload().data(), (unsigned int)s.client_payload().size());
	});
	stream.server_data_callback([&conversation](Stream &s) {
		direction_add(&conversation.from_server, s.server_payload().data(), (unsigned int)s.server_payload().size());
	});
}

void follow(const char *path, const Tins::TCPIP::StreamFollower::stream_callback_type &on_stream)
{
	Tins::IPv4Reassembler reassembler;
	Tins::TCPIP::StreamFollower follower;
	follower.new_stream_callback(on_stream);
	Tins::FileSniffer sniffer(path);
	sniffer.sniff_loop([&](Tins::Packet &packet) {
		if (reassembler.process(*packet.pdu()) != Tins::IPv4Reassembler::FRAGMENTED)
			follower.process_packet(packet);
		return true;
	});
}

void list(const char *path, const char *listing)
{
	std::deque<Conversation> conversations; /* where they lie does not change */
	follow(path, [&](Stream &stream) {
		conversations.emplace_back();
		note(stream, conversations.back());
	});
	FILE *file = fopen(listing, "w");
	if (file == nullptr)
		throw std::runtime_error(std::string("cannot write ") + listing);
	for (const auto &each : conversations) {
		const char *client = each.client.c_str(), *server = each.server.c_str();
		direction_write(file, &each.from_client, client, each.client_port, server, each.server_port);
		direction_write(file, &each.from_server, server, each.server_port, client, each.client_port);
	}
	if (!directions_close(file))
		throw std::runtime_error(std::string("cannot write ") + listing);
}

} // namespace

int main(int argc, char **argv)
{
	const char *path = nullptr, *listing = nullptr;
	long passes = 1;
	for (int i = 1; i < argc; i++) {
		const std::string argument = argv[i];
		if (argument == "--passes" && i + 1 < argc)
			passes = std::stol(argv[++i]);
		else if (argument == "--directions" && i + 1 < argc)
			listing = argv[++i];
		else
			path = argv[i];
	}
	if (path == nullptr) {
		fprintf(stderr, "usage: libtins FILE [--passes N] [--directions FILE]\n");
		return 2;
	}
	try {
		Totals totals;
		for (long pass = 0; pass < passes; pass++) {
			totals = {};
			follow(path, [&totals](Stream &stream) { count(stream, totals); });
		}
		if (listing != nullptr)
			list(path, listing);
		printf("{\"streams\":%lu,\"c2s\":%lu,\"s2c\":%lu}\n", totals.streams, totals.from_client, totals.from_server);
	} catch (const std::exception &error) {
		fprintf(stderr, "libtins: %s\n", error.what());
		return 2;
	}
	return 0;
}
