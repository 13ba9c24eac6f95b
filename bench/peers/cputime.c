/*
 * cputime COMMAND [ARGUMENT...]
 *
 * Runs the command and then prints one JSON line to standard output: processor time of the whole process (user and
 * system, all its threads), wall time, and the largest resident size. Exit status is the command's own. The command
 * does not outlive this program, and this program not the one that started it.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval value)
{
	return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: cputime COMMAND [ARGUMENT...]\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct timespec begin, end;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid_t child = fork();
	if (child < 0) {
		perror("cputime: fork");
		return 126;
	}
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	int status;
	struct rusage usage;
	if (wait4(child, &status, 0, &usage) < 0) {
		perror("cputime: wait4");
		return 126;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	double wall = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	/* ru_maxrss is in KiB on Linux. */
	printf("{\"userSeconds\":%.6f,\"systemSeconds\":%.6f,\"wallSeconds\":%.6f,\"maxRssKiB\":%ld}\n",
	       seconds(usage.ru_utime), seconds(usage.ru_stime), wall, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
