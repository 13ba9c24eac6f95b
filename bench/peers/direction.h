/*
 * What a peer notes about one direction of a stream, and the line it writes about it for --directions, to be compared
 * with the generator's truth:
 *
 *     source <tab> destination <tab> bytes <tab> crc32        endpoints as "10.0.0.1|80"
 */
#ifndef DIRECTION_H
#define DIRECTION_H

#include <stdio.h>
#include <zlib.h>

struct direction {
	unsigned long bytes;
	unsigned long crc; /* of zlib; that of no bytes is 0 */
};

static inline void direction_add(struct direction *direction, const void *data, unsigned int length)
{
	direction->bytes += length;
	direction->crc = crc32(direction->crc, (const Bytef *)data, length);
}

static inline void direction_write(FILE *file, const struct direction *direction, const char *source, unsigned int source_port,
				   const char *destination, unsigned int destination_port)
{
	if (direction->bytes > 0)
		fprintf(file, "%s|%u\t%s|%u\t%lu\t%08lx\n", source, source_port, destination, destination_port,
			direction->bytes, direction->crc);
}

/* Closes the file of lines; 0 where not all of them could be written. */
static inline int directions_close(FILE *file)
{
	int failed = ferror(file);
	return fclose(file) == 0 && !failed;
}

#endif
