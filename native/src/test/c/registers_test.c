/*
 * A process traced through registers.c as user-mode Linux traces its own: what the tracer sets is what the process has
 * when it goes on, also when the same was read before; and it ends with its tracer. Status 0, or a line and 1.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRACEME = 0, PEEKTEXT = 1, CONT = 7, SETOPTIONS = 0x4200, GETREGSET = 0x4204, SETREGSET = 0x4205, XSTATE = 0x202 };
/* Where XSAVE's legacy area has xmm15, and how much user-mode Linux asks for: up to the end of AVX-512. */
enum { XMM15 = 160 + 15 * 16, OCTETS = 2696 };

long ptrace(int request, int pid, void *address, void *data);

static const long word = 0x6d75737465720a01;

static void check(int good, const char *what) {
    if (good) return;
    printf("registers_test: %s (errno %d)\n", what, errno);
    exit(1);
}

/* Has octets of one value in a register, and stops; returns what is there when it goes on. */
static unsigned char stop_with(unsigned char value) {
    unsigned char octets[16];
    memset(octets, value, sizeof octets);
    __asm__ volatile("movdqu %0, %%xmm15; int3; movdqu %%xmm15, %0" : "+m"(octets) : : "xmm15");
    for (unsigned i = 1; i < sizeof octets; i++)
        if (octets[i] != octets[0]) return 0;
    return octets[0];
}

static void traced(void) {
    ptrace(TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    if (stop_with(1) != 1) _exit(11);
    if (stop_with(2) != 77) _exit(12);
    /* The tracer sets the same again, which isn't what is there any more. */
    if (stop_with(3) != 77) _exit(13);
    _exit(0);
}

static void await_stop(int pid, int signal, const char *what) {
    int status;
    check(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == signal, what);
}

static void get(int pid, unsigned char *octets) {
    struct iovec piece = {octets, OCTETS};
    check(ptrace(GETREGSET, pid, (void *) (long) XSTATE, &piece) == 0, "registers can't be read");
    check(piece.iov_len > XMM15 + 16 && piece.iov_len <= OCTETS, "registers of another length");
}

static void set(int pid, unsigned char *octets) {
    struct iovec piece = {octets, OCTETS};
    check(ptrace(SETREGSET, pid, (void *) (long) XSTATE, &piece) == 0, "registers can't be set");
}

static int begin(void (*body)(void)) {
    int pid = fork();
    check(pid >= 0, "no process");
    if (pid == 0) {
        body();
        _exit(10);
    }
    return pid;
}

static void registers(void) {
    static unsigned char octets[OCTETS];
    int status, pid = begin(traced);
    await_stop(pid, SIGSTOP, "the traced process doesn't stop");
    check(ptrace(SETOPTIONS, pid, NULL, NULL) == 0, "no options");
    errno = 0;
    long address = (long) &word;
    check(ptrace(PEEKTEXT, pid, (void *) address, NULL) == word, "a word read from the process is another");
    check(ptrace(PEEKTEXT, pid, NULL, NULL) == -1 && errno == EIO, "nothing is at address 0");

    ptrace(CONT, pid, NULL, NULL);
    await_stop(pid, SIGTRAP, "no first stop");
    get(pid, octets);
    check(octets[XMM15] == 1 && octets[XMM15 + 15] == 1, "what was read at the first stop");
    set(pid, octets);

    ptrace(CONT, pid, NULL, NULL);
    await_stop(pid, SIGTRAP, "no second stop");
    get(pid, octets);
    check(octets[XMM15] == 2, "what was read at the second stop");
    memset(octets + XMM15, 77, 16);
    set(pid, octets);
    get(pid, octets);
    check(octets[XMM15] == 77, "what was read after it was set");

    ptrace(CONT, pid, NULL, NULL);
    await_stop(pid, SIGTRAP, "no third stop");
    set(pid, octets);
    ptrace(CONT, pid, NULL, NULL);
    check(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "the traced process doesn't end");
    errno = 0;
    check(WEXITSTATUS(status) != 11, "registers were lost at the first stop");
    check(WEXITSTATUS(status) != 12, "what was set at the second stop isn't there");
    check(WEXITSTATUS(status) != 13, "what was set at the third stop isn't there");
    check(WEXITSTATUS(status) == 0, "the traced process failed");
}

static int to_parent;

/* Says its own and its traced process' pid, and waits to be killed. */
static void tracer(void) {
    int pid = begin(traced);
    await_stop(pid, SIGSTOP, "the tracer's process doesn't stop");
    check(ptrace(SETOPTIONS, pid, NULL, NULL) == 0, "no options");
    check(write(to_parent, &pid, sizeof pid) == sizeof pid, "no word from the tracer");
    pause();
}

static void ends_with_its_tracer(void) {
    int ends[2], status, pid, tracing;
    check(pipe(ends) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "no pipe");
    to_parent = ends[1];
    tracing = begin(tracer);
    check(read(ends[0], &pid, sizeof pid) == sizeof pid, "the tracer didn't begin");
    kill(tracing, SIGKILL);
    check(waitpid(tracing, &status, 0) == tracing, "the tracer doesn't end");
    alarm(10);
    check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
          "a traced process outlives its tracer");
}

int main(void) {
    registers();
    ends_with_its_tracer();
    return 0;
}
