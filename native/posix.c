/*
 * The system calls a supervisor needs and Node lacks.
 *
 * One function here is one system call, or a tight group that must not be taken apart (spawn, reap, splice to the end).
 * There is no policy and no state: who is started, signalled or read, when and why is decided in TypeScript, which sees
 * this file as the interface `Posix` (src/daemon/os/posix.ts). What can fail in normal life answers `-errno`, as the
 * kernel itself does; a wrong argument type throws a TypeError, because it is a bug of the caller; nothing crashes.
 *
 * How it is linked. The file is built with -nostdlib and calls the kernel directly, so the result needs no library and
 * no version of any C library: one file per processor loads under glibc and under musl, in every Node with Node-API 8.
 * What is left undefined (Node-API, six functions of libuv, malloc, free, malloc_trim, getaddrinfo,
 * freeaddrinfo) is found in the running node.
 *
 * How a child is made. fork copies the page tables of a big daemon (9 ms with 300 MB of heap); vfork does not, it lends
 * the child our memory and stops this thread until the child calls execve. So:
 *
 *     parent                                      child (our memory, own stack, own descriptors and signal table)
 *       copy all strings into one mapping
 *       block every signal
 *       clone(CLONE_VM | CLONE_VFORK) ----------> every signal back to its default
 *       (this thread sleeps)                      own group or session; descriptors into place; the rest close-on-exec
 *                                                 rlimits, nice, umask, groups, gid, uid, directory, its pid into
 *                                                 LISTEN_PID=; no signal blocked; execve
 *       wakes: unblock, unmap          <--------- became the program, or wrote stage and errno and ended
 *
 * The child may use nothing but raw system calls: locks, errno and thread-local storage belong to the sleeping parent.
 * The signals are blocked so that no handler of ours ever runs on the child's side. gid and uid are set by the raw
 * calls, which change one thread only: right for a child, and wrong for the daemon itself (process.setuid does that).
 *
 * How a child is reaped. waitpid(-1) would also take the children of Node's own child_process, whose 'exit' would then
 * never come. waitid with WNOWAIT looks first; a child that somebody else will wait for is left where it is.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <node_api.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define CLOSE_RANGE_AS_CLOEXEC 4U

/* ---- the kernel ---- */

#if defined(__x86_64__)
static inline long raw(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/* `stack` points at two words, the function and its argument, at the top of a stack aligned to 16. */
static long clone_onto(unsigned long flags, void *stack) {
  long result;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile("syscall\n\t"
                   "test %%rax, %%rax\n\t"
                   "jnz 1f\n\t"
                   "xor %%ebp, %%ebp\n\t"
                   "pop %%rax\n\t"
                   "pop %%rdi\n\t"
                   "call *%%rax\n\t"
                   "ud2\n"
                   "1:"
                   : "=a"(result)
                   : "a"((long)SYS_clone), "D"(flags), "S"(stack), "d"(0L), "r"(r10), "r"(r8)
                   : "rcx", "r11", "cc", "memory");
  return result;
}
#elif defined(__aarch64__)
static inline long raw(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
  return x0;
}

static long clone_onto(unsigned long flags, void *stack) {
  register long x8 __asm__("x8") = SYS_clone;
  register long x0 __asm__("x0") = (long)flags;
  register long x1 __asm__("x1") = (long)stack;
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  __asm__ volatile("svc 0\n\t"
                   "cbnz x0, 1f\n\t"
                   "mov x29, xzr\n\t"
                   "ldp x1, x0, [sp], #16\n\t"
                   "blr x1\n\t"
                   "brk #1\n"
                   "1:"
                   : "+r"(x0), "+r"(x1)
                   : "r"(x8), "r"(x2), "r"(x3), "r"(x4)
                   : "memory", "cc");
  return x0;
}
#else
#error "Only x86_64 and aarch64 are known here"
#endif

/* sys(close, fd): missing arguments are 0. The answer is the kernel's own: a result, or -errno. */
#define PADDED(a, b, c, d, e, f, ...) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)
#define sys(name, ...) raw_of(SYS_##name, PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0))
#define raw_of(number, ...) raw(number, __VA_ARGS__)

/* ---- found in the running node ---- */

extern void *malloc(size_t);
extern void free(void *);
extern int malloc_trim(size_t) __attribute__((weak)); /* glibc only */
/* A node without a resolver of its own (a static one) must still load us. */
extern __typeof__(getaddrinfo) getaddrinfo __attribute__((weak));
extern __typeof__(freeaddrinfo) freeaddrinfo __attribute__((weak));

#define UV_POLL 8
#define UV_READABLE 1
extern size_t uv_handle_size(int type);
extern int uv_poll_init(void *loop, void *handle, int fd);
extern int uv_poll_start(void *handle, int events, void (*callback)(void *handle, int status, int events));
extern int uv_poll_stop(void *handle);
extern void uv_close(void *handle, void (*callback)(void *handle));
extern const char *uv_err_name(int error);

/* ---- arguments and answers ---- */

#define MAX_ARGS 8
#define SAFE_INTEGER 9007199254740991.0

struct call {
  napi_env env;
  const char *name;
  napi_value self;
  napi_value args[MAX_ARGS];
  bool bad; /* an exception is pending: fetch no more, answer NULL */
};

static struct call begin(napi_env env, napi_callback_info info, const char *name) {
  struct call c = {.env = env, .name = name};
  size_t count = MAX_ARGS;
  if (napi_get_cb_info(env, info, &count, c.args, &c.self, NULL) != napi_ok) c.bad = true;
  return c;
}

static char *append(char *at, const char *end, const char *text) {
  while (*text && at < end) *at++ = *text++;
  *at = 0;
  return at;
}

/* `Cannot call kill: argument 2 must be a whole number in range` */
static void refuse(struct call *c, int index, const char *wanted) {
  char message[200], digit[2] = {(char)('1' + index), 0};
  char *end = message + sizeof message - 1;
  char *at = append(message, end, "Cannot call ");
  at = append(at, end, c->name);
  at = append(at, end, ": argument ");
  at = append(at, end, digit);
  at = append(at, end, " must be ");
  append(at, end, wanted);
  if (!c->bad) napi_throw_type_error(c->env, "ERR_INVALID_ARG_TYPE", message);
  c->bad = true;
}

static double number_in(struct call *c, int index, double min, double max) {
  double value = 0;
  if (c->bad) return 0;
  /* Not (value < min): a NaN fails this way round. Converting is defined only after the range is known. */
  if (napi_get_value_double(c->env, c->args[index], &value) != napi_ok || !(value >= min && value <= max) ||
      (double)(int64_t)value != value) {
    refuse(c, index, "a whole number in range");
    return 0;
  }
  return value;
}

static int int_arg(struct call *c, int index) { return (int)number_in(c, index, -2147483648.0, 2147483647.0); }
static unsigned uint_arg(struct call *c, int index) { return (unsigned)number_in(c, index, 0, 4294967295.0); }
static unsigned long wide_arg(struct call *c, int index) { return (unsigned long)number_in(c, index, 0, SAFE_INTEGER); }

static bool is_undefined(struct call *c, int index) {
  napi_valuetype type = napi_undefined;
  napi_typeof(c->env, c->args[index], &type);
  return type == napi_undefined;
}

static bool bool_arg(struct call *c, int index) {
  bool value = false;
  if (!c->bad && napi_get_value_bool(c->env, c->args[index], &value) != napi_ok) refuse(c, index, "a boolean");
  return value;
}

/* The elements of a typed array; NULL and no elements where it is undefined. */
static void *array_arg(struct call *c, int index, napi_typedarray_type wanted, size_t *length) {
  napi_typedarray_type type;
  void *data = NULL;
  bool is_array = false;
  *length = 0;
  if (c->bad) return NULL;
  if (napi_is_typedarray(c->env, c->args[index], &is_array) != napi_ok || !is_array ||
      napi_get_typedarray_info(c->env, c->args[index], &type, length, &data, NULL, NULL) != napi_ok || type != wanted) {
    *length = 0;
    refuse(c, index,
           wanted == napi_int32_array     ? "an Int32Array"
           : wanted == napi_float64_array ? "a Float64Array"
                                          : "a Uint8Array");
    return NULL;
  }
  return data;
}

static void *optional_array_arg(struct call *c, int index, napi_typedarray_type wanted, size_t *length) {
  *length = 0;
  return is_undefined(c, index) ? NULL : array_arg(c, index, wanted, length);
}

/* An Int32Array to fill, of at least `least` elements. */
static int *output_arg(struct call *c, int index, size_t least, size_t *length) {
  int *out = array_arg(c, index, napi_int32_array, length);
  if (!c->bad && *length < least) refuse(c, index, "an array with more room");
  return out;
}

/* The three arguments buffer, offset, length as one place in memory. */
static unsigned char *slice_arg(struct call *c, int index, size_t *length) {
  size_t size;
  unsigned char *data = array_arg(c, index, napi_uint8_array, &size);
  size_t offset = wide_arg(c, index + 1);
  *length = wide_arg(c, index + 2);
  if (!c->bad && (offset > size || *length > size - offset)) refuse(c, index + 2, "within the buffer");
  return c->bad ? NULL : data + offset;
}

/* Copies a string; 0, or -errno for one that no system call can take. */
static long text_arg(struct call *c, int index, char *out, size_t room) {
  size_t length = 0;
  if (c->bad) return 0;
  if (napi_get_value_string_utf8(c->env, c->args[index], NULL, 0, &length) != napi_ok) {
    refuse(c, index, "a string");
    return 0;
  }
  if (length >= room) return -ENAMETOOLONG;
  napi_get_value_string_utf8(c->env, c->args[index], out, room, &length);
  for (size_t i = 0; i < length; i++)
    if (!out[i]) return -EINVAL;
  return 0;
}

static napi_value answer(struct call *c, long value) {
  napi_value result = NULL;
  if (!c->bad) napi_create_int64(c->env, value, &result);
  return result;
}

#define CALL(name)                                                       \
  static napi_value do_##name(struct call *c);                           \
  static napi_value call_##name(napi_env env, napi_callback_info info) { \
    struct call c = begin(env, info, #name);                             \
    return do_##name(&c);                                                \
  }                                                                      \
  static napi_value do_##name(struct call *c)
/* The body of a plain call: all arguments have been fetched, now do it, unless one was bad. */
#define ANSWER(expression) return c->bad ? NULL : answer(c, (expression))

#define RETRIED(result, expression) \
  do {                              \
    result = (expression);          \
  } while (result == -EINTR)

/* ---- spawn ---- */

enum stage { CLONE, SETPGID, DUP, RLIMIT, NICE, UMASK, GROUPS, SETGID, SETUID, CHDIR, EXEC }; /* spawnStages */
enum number { SESSION, UMASK_TO, UID, GID, HAS_NICE, NICE_TO, NUMBERS };                      /* linux.ts */

#define STACK_SIZE 32768UL
#define LISTEN_PID "LISTEN_PID="
#define LISTEN_PID_ROOM 32
#define RLIMIT_NONE 18446744073709551615UL

struct limit {
  unsigned long soft, hard;
};

struct start {
  const char *file, *cwd;
  char **argv, **env;
  char *pid_at; /* where the child writes its pid, if anywhere */
  const int *numbers, *groups;
  const double *limits;
  size_t group_count, limit_count;
  int *fds;
  int fd_count;
  int made; /* the pid of a child that did not get to be the program */
  volatile int stage, error; /* written by the child, in our memory */
};

static unsigned long limit_of(double value) {
  return value >= 0 && value < 18446744073709549568.0 ? (unsigned long)value : RLIMIT_NONE;
}

static double limit_as_number(unsigned long value) {
  return value == RLIMIT_NONE ? __builtin_inf() : (double)value;
}

/* Runs in the child, in the parent's memory: raw system calls only. */
static void must(struct start *s, enum stage stage, long result) {
  if (result >= 0) return;
  s->stage = stage;
  s->error = (int)-result;
  for (;;) sys(exit_group, 127);
}

static void place_descriptors(struct start *s) {
  for (int i = 0; i < s->fd_count; i++) { /* out of the way of what is about to be put there */
    if (s->fds[i] >= s->fd_count) continue;
    long moved = sys(fcntl, s->fds[i], F_DUPFD_CLOEXEC, s->fd_count);
    must(s, DUP, moved);
    s->fds[i] = (int)moved;
  }
  for (int i = 0; i < s->fd_count; i++) must(s, DUP, sys(dup3, s->fds[i], i, 0));
  /* Ours are close-on-exec from birth; this is for what the daemon itself was started with. */
  if (sys(close_range, s->fd_count, ~0U, CLOSE_RANGE_AS_CLOEXEC) < 0) /* Linux before 5.11 */
    for (int fd = s->fd_count; fd < 1024; fd++) sys(fcntl, fd, F_SETFD, FD_CLOEXEC);
}

static void write_pid(char *at) {
  char digits[12];
  int count = 0;
  for (long pid = sys(getpid, 0); pid > 0; pid /= 10) digits[count++] = (char)('0' + pid % 10);
  while (count > 0) *at++ = digits[--count];
  *at = 0;
}

static void become_program(struct start *s) {
  static const unsigned long defaults[4]; /* handler, flags, restorer, mask: all zero is SIG_DFL */
  static const unsigned long no_signals = 0;
  const int *n = s->numbers;
  for (int signal = 1; signal <= 64; signal++) sys(rt_sigaction, signal, defaults, 0, 8);
  must(s, SETPGID, n[SESSION] ? sys(setsid, 0) : sys(setpgid, 0, 0));
  place_descriptors(s);
  for (size_t i = 0; i < s->limit_count; i++) {
    const double *triple = s->limits + i * 3;
    struct limit limit = {limit_of(triple[1]), limit_of(triple[2])};
    must(s, RLIMIT, sys(prlimit64, 0, (int)triple[0], &limit, 0));
  }
  if (n[HAS_NICE]) must(s, NICE, sys(setpriority, 0, 0, n[NICE_TO]));
  if (n[UMASK_TO] >= 0) sys(umask, n[UMASK_TO]);
  if (s->groups) must(s, GROUPS, sys(setgroups, s->group_count, s->groups));
  if (n[GID] != -1) must(s, SETGID, sys(setresgid, (unsigned)n[GID], (unsigned)n[GID], (unsigned)n[GID]));
  if (n[UID] != -1) must(s, SETUID, sys(setresuid, (unsigned)n[UID], (unsigned)n[UID], (unsigned)n[UID]));
  if (s->cwd) must(s, CHDIR, sys(chdir, s->cwd));
  if (s->pid_at) write_pid(s->pid_at);
  sys(rt_sigprocmask, SIG_SETMASK, &no_signals, 0, 8);
  must(s, EXEC, sys(execve, s->file, s->argv, s->env));
}

/* How many bytes the strings of an array (or a single string) need, ends included. */
static size_t measure(struct call *c, int index, bool is_list, uint32_t *count) {
  size_t total = 0, length = 0;
  napi_value entry = c->args[index];
  *count = 1;
  if (c->bad) return 0;
  if (is_list && napi_get_array_length(c->env, c->args[index], count) != napi_ok) {
    refuse(c, index, "an array of strings");
    return 0;
  }
  for (uint32_t i = 0; i < *count; i++) {
    if ((is_list && napi_get_element(c->env, c->args[index], i, &entry) != napi_ok) ||
        napi_get_value_string_utf8(c->env, entry, NULL, 0, &length) != napi_ok) {
      refuse(c, index, is_list ? "an array of strings" : "a string");
      return 0;
    }
    total += length + 1;
  }
  return total;
}

/* Copies what was measured to `*at`; false where a string holds a NUL, which would silently cut it. */
static bool copy_strings(struct call *c, int index, bool is_list, uint32_t count, char **list, char **at, char *end) {
  napi_value entry = c->args[index];
  for (uint32_t i = 0; i < count; i++) {
    size_t length = 0;
    if (is_list) napi_get_element(c->env, c->args[index], i, &entry);
    /* A getter may answer something longer the second time: `end` keeps that from being more than wrong. */
    napi_get_value_string_utf8(c->env, entry, *at, (size_t)(end - *at), &length);
    for (size_t k = 0; k < length; k++)
      if (!(*at)[k]) return false;
    *list++ = *at;
    *at += length + 1;
    if (*at >= end) return false;
  }
  *list = NULL;
  return true;
}

static bool same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static long clone_and_exec(struct start *s, char *stack_top) {
  unsigned long all_signals = ~0UL, before;
  void **words = (void **)(stack_top - 2 * sizeof(void *));
  words[0] = (void *)become_program;
  words[1] = s;
  sys(rt_sigprocmask, SIG_SETMASK, &all_signals, &before, 8);
  long pid = clone_onto(CLONE_VM | CLONE_VFORK | SIGCHLD, words);
  sys(rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
  if (pid < 0) return pid; /* stage 0 is CLONE */
  if (!s->error) return pid;
  s->made = (int)pid;
  long reaped;
  RETRIED(reaped, sys(wait4, pid, 0, 0, 0));
  return -(s->stage * 1000L + s->error);
}

CALL(spawn) {
  uint32_t argc, envc, one;
  size_t fd_count, number_count, limit_count, group_count;
  size_t bytes = measure(c, 0, false, &one) + measure(c, 1, true, &argc) + measure(c, 2, true, &envc);
  bool has_cwd = !is_undefined(c, 3);
  if (has_cwd) bytes += measure(c, 3, false, &one);
  int *fds = array_arg(c, 4, napi_int32_array, &fd_count);
  int *numbers = output_arg(c, 5, NUMBERS, &number_count);
  int *groups = optional_array_arg(c, 6, napi_int32_array, &group_count);
  double *limits = optional_array_arg(c, 7, napi_float64_array, &limit_count);
  if (c->bad) return NULL;

  size_t pointers = ((size_t)argc + envc + 6) * sizeof(char *);
  size_t size = STACK_SIZE + sizeof(struct start) + pointers + fd_count * sizeof(int) + bytes + LISTEN_PID_ROOM;
  long mapped = sys(mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped < 0 && mapped > -4096) {
    numbers[0] = 0;
    return answer(c, mapped);
  }
  char *stack_top = (char *)mapped + STACK_SIZE, *end = (char *)mapped + size;
  struct start *s = (struct start *)stack_top;
  char **lists = (char **)(s + 1);
  s->fds = (int *)((char *)lists + pointers);
  char *at = (char *)(s->fds + fd_count);
  char **argv = lists + 4, **env_list = argv + argc + 1;

  bool whole = copy_strings(c, 0, false, 1, lists, &at, end) && copy_strings(c, 1, true, argc, argv, &at, end) &&
               copy_strings(c, 2, true, envc, env_list, &at, end) &&
               (!has_cwd || copy_strings(c, 3, false, 1, lists + 2, &at, end));
  long result = -(EXEC * 1000L + EINVAL);
  if (whole) {
    for (uint32_t i = 0; i < envc; i++) { /* the entry that is to hold the pid moves to where there is room for it */
      if (!same(env_list[i], LISTEN_PID)) continue;
      env_list[i] = end - LISTEN_PID_ROOM + 1;
      s->pid_at = append(env_list[i], end, LISTEN_PID);
      break;
    }
    for (size_t i = 0; i < fd_count; i++) s->fds[i] = fds[i];
    s->file = lists[0], s->cwd = has_cwd ? lists[2] : NULL;
    s->argv = argv, s->env = env_list, s->numbers = numbers;
    s->groups = groups, s->group_count = group_count;
    s->limits = limits, s->limit_count = limit_count / 3;
    s->fd_count = (int)fd_count;
    result = clone_and_exec(s, stack_top);
  }
  if (result < 0) numbers[0] = s->made; /* the memory came zeroed */
  sys(munmap, mapped, size);
  return answer(c, result);
}

/* Replaces this process: answers only when that failed. */
CALL(execve) {
  uint32_t argc, envc, one;
  size_t bytes = measure(c, 0, false, &one) + measure(c, 1, true, &argc) + measure(c, 2, true, &envc);
  if (c->bad) return NULL;
  size_t size = ((size_t)argc + envc + 4) * sizeof(char *) + bytes + 1;
  long mapped = sys(mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped < 0 && mapped > -4096) return answer(c, mapped);
  char **lists = (char **)mapped, **argv = lists + 2, **env_list = argv + argc + 1;
  char *at = (char *)(env_list + envc + 1), *end = (char *)mapped + size;
  long result = -EINVAL;
  if (copy_strings(c, 0, false, 1, lists, &at, end) && copy_strings(c, 1, true, argc, argv, &at, end) &&
      copy_strings(c, 2, true, envc, env_list, &at, end))
    result = sys(execve, lists[0], argv, env_list);
  sys(munmap, mapped, size);
  return answer(c, result);
}

/* ---- children and processes ---- */

CALL(reap) {
  size_t room, keep_count, reaped = 0;
  int *out = output_arg(c, 0, 4, &room);
  int *keep = optional_array_arg(c, 1, napi_int32_array, &keep_count);
  if (c->bad) return NULL;
  while (reaped < room / 4) {
    siginfo_t seen = {0};
    if (sys(waitid, P_ALL, 0, &seen, WEXITED | WNOHANG | WNOWAIT, 0) < 0 || !seen.si_pid) break;
    int status = 0, *row = out + reaped * 4;
    bool is_kept = false;
    for (size_t i = 0; i < keep_count; i++) is_kept |= keep[i] == seen.si_pid;
    if (!is_kept && sys(wait4, seen.si_pid, &status, WNOHANG, 0) <= 0) continue; /* taken by somebody quicker */
    row[0] = seen.si_pid;
    row[1] = !is_kept && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    row[2] = !is_kept && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    row[3] = !is_kept && WIFSIGNALED(status) && WCOREDUMP(status) ? 1 : 0;
    reaped++;
    if (is_kept) break; /* as long as it is there, the next look would see it again */
  }
  return answer(c, (long)reaped);
}

CALL(kill) {
  int pid = int_arg(c, 0), signal = int_arg(c, 1);
  ANSWER(sys(kill, pid, signal));
}

CALL(pidfdOpen) {
  int pid = int_arg(c, 0);
  ANSWER(sys(pidfd_open, pid, 0));
}

CALL(setsid) {
  ANSWER(sys(setsid, 0));
}

CALL(setSubreaper) {
  bool on = bool_arg(c, 0);
  ANSWER(sys(prctl, PR_SET_CHILD_SUBREAPER, on));
}

CALL(getRlimit) {
  size_t room;
  int pid = int_arg(c, 0), resource = int_arg(c, 1);
  double *out = array_arg(c, 2, napi_float64_array, &room);
  if (!c->bad && room < 2) refuse(c, 2, "an array with more room");
  if (c->bad) return NULL;
  struct limit limit;
  long result = sys(prlimit64, pid, resource, 0, &limit);
  if (result >= 0) out[0] = limit_as_number(limit.soft), out[1] = limit_as_number(limit.hard);
  return answer(c, result);
}

CALL(setRlimit) {
  double soft = 0, hard = 0;
  int pid = int_arg(c, 0), resource = int_arg(c, 1);
  if (!c->bad && napi_get_value_double(c->env, c->args[2], &soft) != napi_ok) refuse(c, 2, "a number");
  if (!c->bad && napi_get_value_double(c->env, c->args[3], &hard) != napi_ok) refuse(c, 3, "a number");
  struct limit limit = {limit_of(soft), limit_of(hard)};
  ANSWER(sys(prlimit64, pid, resource, &limit, 0));
}

/* ---- descriptors ---- */

CALL(pipe) {
  size_t room;
  int *out = output_arg(c, 0, 2, &room);
  if (c->bad) return NULL;
  long result = sys(pipe2, out, O_CLOEXEC);
  if (result >= 0) sys(fcntl, out[0], F_SETFL, O_RDONLY | O_NONBLOCK); /* the writer stays as a program expects it */
  return answer(c, result);
}

CALL(close) {
  int fd = int_arg(c, 0);
  ANSWER(sys(close, fd));
}

CALL(read) {
  long result;
  size_t length;
  int fd = int_arg(c, 0);
  unsigned char *data = slice_arg(c, 1, &length);
  if (c->bad) return NULL;
  RETRIED(result, sys(read, fd, data, length));
  return answer(c, result);
}

CALL(write) {
  long result;
  size_t length;
  int fd = int_arg(c, 0);
  unsigned char *data = slice_arg(c, 1, &length);
  if (c->bad) return NULL;
  RETRIED(result, sys(write, fd, data, length));
  return answer(c, result);
}

CALL(spliceToEnd) {
  int pipe = int_arg(c, 0), file = int_arg(c, 1);
  unsigned long length = wide_arg(c, 2);
  if (c->bad) return NULL;
  long result = sys(lseek, file, 0, 2 /* SEEK_END */);
  if (result >= 0) RETRIED(result, sys(splice, pipe, 0, file, 0, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
  return answer(c, result);
}

static long set_flag(int fd, int get, int set, int flag, bool on) {
  long flags = sys(fcntl, fd, get);
  return flags < 0 ? flags : sys(fcntl, fd, set, on ? flags | flag : flags & ~(long)flag);
}

CALL(setNonBlocking) {
  int fd = int_arg(c, 0);
  bool on = bool_arg(c, 1);
  ANSWER(set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on));
}

CALL(setCloseOnExec) {
  int fd = int_arg(c, 0);
  bool on = bool_arg(c, 1);
  ANSWER(set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on));
}

CALL(dup) {
  int fd = int_arg(c, 0), least = int_arg(c, 1);
  ANSWER(sys(fcntl, fd, F_DUPFD_CLOEXEC, least));
}

CALL(closeRange) {
  unsigned first = uint_arg(c, 0), last = uint_arg(c, 1);
  bool on_exec = bool_arg(c, 2);
  ANSWER(sys(close_range, first, last, on_exec ? CLOSE_RANGE_AS_CLOEXEC : 0));
}

CALL(getPipeSize) {
  int fd = int_arg(c, 0);
  ANSWER(sys(fcntl, fd, F_GETPIPE_SZ));
}

CALL(setPipeSize) {
  int fd = int_arg(c, 0), bytes = int_arg(c, 1);
  ANSWER(sys(fcntl, fd, F_SETPIPE_SZ, bytes));
}

CALL(flock) {
  int fd = int_arg(c, 0), operation = int_arg(c, 1);
  ANSWER(sys(flock, fd, operation));
}

CALL(ioctl) {
  size_t size;
  int fd = int_arg(c, 0);
  unsigned request = uint_arg(c, 1);
  unsigned char *data = array_arg(c, 2, napi_uint8_array, &size);
  /* A modern request says how much the kernel reads or writes: bits 16 to 29. The old ones stay below 64. */
  size_t needed = (request >> 16) & 0x3fff;
  if (!c->bad && size < (needed ? needed : 64)) refuse(c, 2, "as large as the request says");
  ANSWER(sys(ioctl, fd, request, data));
}

CALL(mkfifo) {
  char path[4096];
  long failed = text_arg(c, 0, path, sizeof path);
  unsigned mode = uint_arg(c, 1);
  ANSWER(failed ? failed : sys(mknodat, AT_FDCWD, path, S_IFIFO | (mode & 07777), 0));
}

CALL(memfdCreate) {
  char name[250];
  long failed = text_arg(c, 0, name, sizeof name);
  ANSWER(failed ? failed : sys(memfd_create, name, 1 /* MFD_CLOEXEC */));
}

/* ---- sockets: an address is the bytes of a sockaddr, made and read by sockaddr.ts ---- */

CALL(socket) {
  int domain = int_arg(c, 0), type = int_arg(c, 1);
  ANSWER(sys(socket, domain, type | O_CLOEXEC, 0));
}

CALL(bind) {
  size_t size;
  int fd = int_arg(c, 0);
  unsigned char *address = array_arg(c, 1, napi_uint8_array, &size);
  ANSWER(sys(bind, fd, address, size));
}

/* Waits while the listener's queue is full, as a socket that blocks does. */
CALL(connect) {
  size_t size;
  int fd = int_arg(c, 0);
  unsigned char *address = array_arg(c, 1, napi_uint8_array, &size);
  ANSWER(sys(connect, fd, address, size));
}

CALL(listen) {
  int fd = int_arg(c, 0), backlog = int_arg(c, 1);
  ANSWER(sys(listen, fd, backlog));
}

CALL(setSocketOption) {
  int fd = int_arg(c, 0), level = int_arg(c, 1), name = int_arg(c, 2), value = int_arg(c, 3);
  ANSWER(sys(setsockopt, fd, level, name, &value, sizeof value));
}

CALL(getSocketName) {
  size_t size;
  int fd = int_arg(c, 0);
  unsigned char *out = array_arg(c, 1, napi_uint8_array, &size);
  if (c->bad) return NULL;
  unsigned length = (unsigned)size; /* the kernel writes at most this much, and answers how much there was */
  long result = sys(getsockname, fd, out, &length);
  return answer(c, result < 0 ? result : (long)length);
}

CALL(sendTo) {
  size_t length, size;
  int fd = int_arg(c, 0);
  unsigned char *data = array_arg(c, 1, napi_uint8_array, &length);
  unsigned char *address = array_arg(c, 2, napi_uint8_array, &size);
  ANSWER(sys(sendto, fd, data, length, 0x4040 /* MSG_DONTWAIT | MSG_NOSIGNAL */, address, size));
}

/*
 * One datagram into `data`; into `sender` the pid and the uid that the kernel vouches for (SO_PASSCRED), or 0 and -1.
 * There is room for nothing else beside it, so descriptors that were sent along are closed by the kernel.
 */
CALL(receive) {
  size_t length, room;
  int fd = int_arg(c, 0);
  unsigned char *data = array_arg(c, 1, napi_uint8_array, &length);
  int *sender = output_arg(c, 2, 2, &room);
  if (c->bad) return NULL;
  union {
    struct cmsghdr header;
    unsigned char bytes[CMSG_SPACE(sizeof(struct ucred))];
  } control = {0};
  struct iovec part = {data, length};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  long result;
  RETRIED(result, sys(recvmsg, fd, &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC));
  bool is_known = result >= 0 && message.msg_controllen >= CMSG_LEN(sizeof(struct ucred)) &&
                  control.header.cmsg_level == SOL_SOCKET && control.header.cmsg_type == SCM_CREDENTIALS;
  struct ucred *credentials = (struct ucred *)CMSG_DATA(&control.header);
  sender[0] = is_known ? credentials->pid : 0;
  sender[1] = is_known ? (int)credentials->uid : -1;
  return answer(c, result);
}

/* Blocks as long as the resolver takes: for the name of one of our own addresses, which /etc/hosts knows. */
CALL(resolveHost) {
  char host[256];
  size_t size;
  long failed = text_arg(c, 0, host, sizeof host);
  unsigned char *out = array_arg(c, 1, napi_uint8_array, &size);
  if (c->bad) return NULL;
  struct addrinfo wanted = {.ai_family = 2 /* AF_INET */, .ai_socktype = 1 /* SOCK_STREAM */}, *found = NULL;
  if (failed || size < 4) return answer(c, EAI_NONAME);
  long result = getaddrinfo && freeaddrinfo ? getaddrinfo(host, NULL, &wanted, &found) : EAI_FAIL;
  if (result) return answer(c, result);
  for (int i = 0; i < 4; i++) out[i] = ((unsigned char *)found->ai_addr)[4 + i]; /* sin_addr */
  freeaddrinfo(found);
  return answer(c, 0);
}

/* ---- memory ---- */

CALL(dropPages) {
  unsigned long address = wide_arg(c, 0), length = wide_arg(c, 1);
  ANSWER(sys(madvise, address, length, MADV_DONTNEED));
}

CALL(trimHeap) {
  ANSWER(malloc_trim ? malloc_trim(0) : -ENOSYS);
}

/* ---- readiness ---- */

CALL(epollCreate) {
  ANSWER(sys(epoll_create1, O_CLOEXEC));
}

CALL(epollAdd) {
  int epoll = int_arg(c, 0), fd = int_arg(c, 1), token = int_arg(c, 2);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (unsigned)token};
  ANSWER(sys(epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event));
}

CALL(epollDelete) {
  int epoll = int_arg(c, 0), fd = int_arg(c, 1);
  struct epoll_event event = {0};
  ANSWER(sys(epoll_ctl, epoll, EPOLL_CTL_DEL, fd, &event));
}

CALL(epollWait) {
  struct epoll_event events[128];
  size_t room;
  long result;
  int epoll = int_arg(c, 0);
  int *tokens = output_arg(c, 1, 1, &room);
  if (c->bad) return NULL;
  RETRIED(result, sys(epoll_pwait, epoll, events, room < 128 ? room : 128, 0, 0, 8));
  for (long i = 0; i < result; i++) tokens[i] = (int)events[i].data.u64;
  return answer(c, result);
}

/*
 * A uv_poll_t and its JavaScript object. libuv's part lives until its close callback, ours until the object is
 * collected; the object holds itself while the poll is open, so a forgotten one still calls back.
 */
struct poll {
  napi_env env;
  void *handle; /* NULL once closed */
  napi_ref callback, self;
};

static const napi_type_tag poll_tag = {0x7465737570657276ULL, 0x706f6c6c68616e64ULL};

static void on_readable(void *handle, int status, int events) {
  struct poll *poll = *(void **)handle; /* uv_handle_t begins with `void *data` */
  napi_env env = poll->env;
  napi_handle_scope scope;
  napi_value callback, global, thrown;
  bool is_pending = false;
  (void)status, (void)events; /* an error is seen by the read that follows */
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, poll->callback, &callback) == napi_ok && napi_get_global(env, &global) == napi_ok)
    napi_make_callback(env, NULL, global, callback, 0, NULL, NULL);
  napi_is_exception_pending(env, &is_pending);
  if (is_pending && napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
  napi_close_handle_scope(env, scope);
}

static void close_poll(struct poll *poll) {
  if (!poll->handle) return;
  uv_close(poll->handle, free);
  poll->handle = NULL;
}

static void finalize_poll(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  close_poll(data); /* still open: the environment is being taken down */
  free(data);
}

static struct poll *poll_self(struct call *c) {
  struct poll *poll = NULL;
  bool is_ours = false;
  if (c->bad) return NULL;
  if (napi_check_object_type_tag(c->env, c->self, &poll_tag, &is_ours) != napi_ok || !is_ours ||
      napi_unwrap(c->env, c->self, (void **)&poll) != napi_ok) {
    napi_throw_type_error(c->env, "ERR_INVALID_THIS", "Cannot use a poll: this is not a PollHandle");
    return NULL;
  }
  return poll;
}

CALL(start) {
  struct poll *poll = poll_self(c);
  if (poll && poll->handle) uv_poll_start(poll->handle, UV_READABLE, on_readable);
  return NULL;
}

CALL(stop) {
  struct poll *poll = poll_self(c);
  if (poll && poll->handle) uv_poll_stop(poll->handle);
  return NULL;
}

CALL(closePoll) {
  struct poll *poll = poll_self(c);
  if (!poll || !poll->handle) return NULL;
  close_poll(poll);
  napi_delete_reference(c->env, poll->callback);
  napi_delete_reference(c->env, poll->self);
  return NULL;
}

static napi_value construct_poll(napi_env env, napi_callback_info info) {
  napi_value self = NULL;
  napi_get_cb_info(env, info, NULL, NULL, &self, NULL);
  return self;
}

/* Throws where libuv cannot (EPERM: a regular file cannot be waited for; EEXIST: it already is). */
CALL(pollCreate) {
  napi_valuetype type = napi_undefined;
  struct uv_loop_s *loop;
  napi_ref *constructor;
  napi_value class, self;
  int fd = int_arg(c, 0);
  napi_typeof(c->env, c->args[1], &type);
  if (!c->bad && type != napi_function) refuse(c, 1, "a function");
  if (c->bad || napi_get_uv_event_loop(c->env, &loop) != napi_ok ||
      napi_get_instance_data(c->env, (void **)&constructor) != napi_ok ||
      napi_get_reference_value(c->env, *constructor, &class) != napi_ok ||
      napi_new_instance(c->env, class, 0, NULL, &self) != napi_ok)
    return NULL;
  struct poll *poll = malloc(sizeof *poll);
  void *handle = malloc(uv_handle_size(UV_POLL));
  long result = poll && handle ? uv_poll_init(loop, handle, fd) : -ENOMEM;
  if (result < 0) {
    char message[80];
    char *end = message + sizeof message - 1;
    append(append(message, end, "Cannot wait for a descriptor: "), end, uv_err_name((int)result));
    napi_throw_error(c->env, uv_err_name((int)result), message);
    free(poll), free(handle);
    return NULL;
  }
  *(void **)handle = poll;
  *poll = (struct poll){.env = c->env, .handle = handle};
  napi_create_reference(c->env, c->args[1], 1, &poll->callback);
  napi_create_reference(c->env, self, 1, &poll->self);
  napi_type_tag_object(c->env, self, &poll_tag);
  napi_wrap(c->env, self, poll, finalize_poll, NULL, NULL);
  return self;
}

/* ---- the module ---- */

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  free(data);
}

#define METHOD(name, function) {name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL}
#define EXPORT(name) METHOD(#name, call_##name)

NAPI_MODULE_INIT() {
  const napi_property_descriptor poll_methods[] = {EXPORT(start), EXPORT(stop), METHOD("close", call_closePoll)};
  const napi_property_descriptor calls[] = {
      EXPORT(spawn),          EXPORT(execve),        EXPORT(reap),         EXPORT(kill),           EXPORT(pidfdOpen),
      EXPORT(setsid),         EXPORT(setSubreaper),  EXPORT(getRlimit),    EXPORT(setRlimit),      EXPORT(pipe),
      EXPORT(close),          EXPORT(read),          EXPORT(write),        EXPORT(spliceToEnd),    EXPORT(setNonBlocking),
      EXPORT(setCloseOnExec), EXPORT(dup),           EXPORT(closeRange),   EXPORT(getPipeSize),    EXPORT(setPipeSize),
      EXPORT(flock),          EXPORT(ioctl),         EXPORT(mkfifo),       EXPORT(memfdCreate),    EXPORT(socket),
      EXPORT(bind),           EXPORT(connect),       EXPORT(listen),       EXPORT(setSocketOption), EXPORT(getSocketName),
      EXPORT(sendTo),         EXPORT(dropPages),     EXPORT(trimHeap),     EXPORT(epollCreate),    EXPORT(epollAdd),
      EXPORT(epollDelete),    EXPORT(epollWait),     EXPORT(pollCreate),   EXPORT(resolveHost),
      EXPORT(receive),
  };
  napi_value class;
  napi_ref *constructor = malloc(sizeof *constructor);
  if (!constructor ||
      napi_define_class(env, "PollHandle", NAPI_AUTO_LENGTH, construct_poll, NULL, 3, poll_methods, &class) != napi_ok ||
      napi_create_reference(env, class, 1, constructor) != napi_ok ||
      napi_set_instance_data(env, constructor, free_instance, NULL) != napi_ok ||
      napi_define_properties(env, exports, sizeof calls / sizeof *calls, calls) != napi_ok) {
    napi_throw_error(env, NULL, "Cannot set up the native addon");
    return NULL;
  }
  return exports;
}
