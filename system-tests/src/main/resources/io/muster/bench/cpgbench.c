/*
 * cpgbench: sends and counts ordered messages through corosync's cpg, told what to do on standard input.
 *
 * The peer's side of "muster bench order"; the other side, OrderNode, understands the same lines:
 *
 *   members                         says "members N"
 *   run SIZE SEND WARM MEASURE      sends messages of SIZE octets as fast as they are taken if SEND is 1, and says
 *                                   "result COUNT MICROSECONDS CPU" of what was delivered in the MEASURE ms after WARM ms
 *   latency SIZE COUNT GAP          one message each GAP microseconds; says "latency P50 P99 MAX", from sending to
 *                                   its own delivery, in microseconds
 *   quit
 *
 * Build: cc -O2 -o cpgbench cpgbench.c -lcpg
 */
#include <corosync/corotypes.h>
#include <corosync/cpg.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAX_SIZE (1 << 20)
#define BURST 32

static cpg_handle_t handle;
static uint32_t own_nodeid;
static size_t members;
static uint64_t delivered;
static uint64_t own_delivered;
static char message[MAX_SIZE];

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void on_deliver(cpg_handle_t h, const struct cpg_name *group, uint32_t nodeid, uint32_t pid, void *msg,
		       size_t length)
{
	(void)h, (void)group, (void)pid, (void)msg, (void)length;
	delivered++;
	if (nodeid == own_nodeid)
		own_delivered++;
}

static void on_change(cpg_handle_t h, const struct cpg_name *group, const struct cpg_address *list, size_t count,
		      const struct cpg_address *left, size_t left_count, const struct cpg_address *joined,
		      size_t joined_count)
{
	(void)h, (void)group, (void)list, (void)left, (void)left_count, (void)joined, (void)joined_count;
	members = count;
}

static void dispatch(int timeout_ms)
{
	struct pollfd p = { .events = POLLIN };

	if (timeout_ms > 0) {
		cpg_fd_get(handle, &p.fd);
		poll(&p, 1, timeout_ms);
	}
	cpg_dispatch(handle, CS_DISPATCH_ALL);
}

static int send_one(size_t size)
{
	struct iovec iov = { .iov_base = message, .iov_len = size };

	return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &iov, 1) == CS_OK;
}

/* Sends (or only listens) until the time has come. */
static void work_until(uint64_t end_us, size_t size, int sending)
{
	while (now_us() < end_us) {
		int sent = 0;

		while (sending && sent < BURST && send_one(size))
			sent++;
		dispatch(sent ? 0 : 1);
	}
}

static void run(size_t size, int sending, unsigned warm_ms, unsigned measure_ms)
{
	uint64_t start = now_us(), before, began, took, cpu;

	work_until(start + warm_ms * 1000ull, size, sending);
	before = delivered;
	began = now_us();
	cpu = cpu_us();
	work_until(began + measure_ms * 1000ull, size, sending);
	took = now_us() - began;
	printf("result %llu %llu %llu\n", (unsigned long long)(delivered - before), (unsigned long long)took,
	       (unsigned long long)(cpu_us() - cpu));
	/* What is still on its way belongs to nobody. */
	for (uint64_t last = delivered, quiet = now_us(); now_us() - quiet < 300000;) {
		dispatch(10);
		if (delivered != last) {
			last = delivered;
			quiet = now_us();
		}
	}
	printf("idle\n");
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void latency(size_t size, size_t count, unsigned gap_us)
{
	uint64_t *times = calloc(count, sizeof(*times));

	for (size_t i = 0; i < count; i++) {
		uint64_t begin = now_us(), seen = own_delivered;

		while (!send_one(size))
			dispatch(1);
		while (own_delivered == seen)
			dispatch(1);
		times[i] = now_us() - begin;
		while (now_us() - begin < gap_us)
			dispatch(1);
	}
	qsort(times, count, sizeof(*times), ascending);
	printf("latency %llu %llu %llu\n", (unsigned long long)times[count / 2],
	       (unsigned long long)times[count * 99 / 100], (unsigned long long)times[count - 1]);
	free(times);
}

int main(void)
{
	static cpg_callbacks_t callbacks = { .cpg_deliver_fn = on_deliver, .cpg_confchg_fn = on_change };
	struct cpg_name group = { .length = 6, .value = "muster" };
	char line[256];
	int tries = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (cpg_initialize(&handle, &callbacks) != CS_OK) {
		if (++tries > 200) {
			fprintf(stderr, "cpgbench: no corosync\n");
			return 1;
		}
		usleep(50000);
	}
	cpg_local_get(handle, &own_nodeid);
	while (cpg_join(handle, &group) != CS_OK)
		usleep(20000);
	for (;;) {
		struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN } };
		unsigned long a, b, c, d;

		cpg_fd_get(handle, &p[1].fd);
		poll(p, 2, 100);
		dispatch(0);
		if (!(p[0].revents & (POLLIN | POLLHUP)))
			continue;
		if (!fgets(line, sizeof(line), stdin) || !strncmp(line, "quit", 4))
			return 0;
		if (!strncmp(line, "members", 7))
			printf("members %zu\n", members);
		else if (sscanf(line, "run %lu %lu %lu %lu", &a, &b, &c, &d) == 4 && a <= MAX_SIZE)
			run(a, b != 0, c, d);
		else if (sscanf(line, "latency %lu %lu %lu", &a, &b, &c) == 3 && a <= MAX_SIZE && b > 0)
			latency(a, b, c);
	}
}
