namespace EzTemplates.Environments;

/// <summary>
/// Process 1 of a sandbox: a program of a few instructions, because nothing of the host can be run inside (its libraries are not
/// there) and nothing of the environment may be relied on. It ignores SIGCHLD, so the kernel reaps orphans for it; mounts /proc,
/// which on older kernels must be done from inside the pid namespace; writes the error number of that to descriptor 1 (4 bytes)
/// and closes it; then reads descriptor 0 until its end, and exits. The other end of descriptor 0 is `ez`'s alone: when `ez` ends,
/// however, process 1 ends, and the kernel kills all that is in its namespace.
/// </summary>
internal static class InitProgram
{
    /// <summary>x86-64; addresses are relative to the instruction, so it runs wherever it is loaded.</summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0xb8, 0x0d, 0x00, 0x00, 0x00,                   // mov eax, 13 (rt_sigaction)
        0xbf, 0x11, 0x00, 0x00, 0x00,                   // mov edi, 17 (SIGCHLD)
        0x48, 0x8d, 0x35, 0x77, 0x00, 0x00, 0x00,       // lea rsi, [action]
        0x31, 0xd2,                                     // xor edx, edx
        0x41, 0xba, 0x08, 0x00, 0x00, 0x00,             // mov r10d, 8
        0x0f, 0x05,                                     // syscall
        0xb8, 0xa5, 0x00, 0x00, 0x00,                   // mov eax, 165 (mount)
        0x48, 0x8d, 0x3d, 0x82, 0x00, 0x00, 0x00,       // lea rdi, ["proc"]
        0x48, 0x8d, 0x35, 0x7a, 0x00, 0x00, 0x00,       // lea rsi, ["/proc"]
        0x48, 0x89, 0xfa,                               // mov rdx, rdi
        0x41, 0xba, 0x0e, 0x00, 0x00, 0x00,             // mov r10d, 14 (nosuid, nodev, noexec)
        0x45, 0x31, 0xc0,                               // xor r8d, r8d
        0x0f, 0x05,                                     // syscall
        0xf7, 0xd8,                                     // neg eax
        0x50,                                           // push rax
        0xb8, 0x01, 0x00, 0x00, 0x00,                   // mov eax, 1 (write)
        0xbf, 0x01, 0x00, 0x00, 0x00,                   // mov edi, 1
        0x48, 0x89, 0xe6,                               // mov rsi, rsp
        0xba, 0x04, 0x00, 0x00, 0x00,                   // mov edx, 4
        0x0f, 0x05,                                     // syscall
        0xb8, 0x03, 0x00, 0x00, 0x00,                   // mov eax, 3 (close)
        0xbf, 0x01, 0x00, 0x00, 0x00,                   // mov edi, 1
        0x0f, 0x05,                                     // syscall
        0x31, 0xc0,                                     // again: xor eax, eax (read)
        0x31, 0xff,                                     // xor edi, edi
        0x48, 0x89, 0xe6,                               // mov rsi, rsp
        0xba, 0x08, 0x00, 0x00, 0x00,                   // mov edx, 8
        0x0f, 0x05,                                     // syscall
        0x48, 0x83, 0xf8, 0xfc,                         // cmp rax, -4 (EINTR)
        0x74, 0xec,                                     // je again
        0x48, 0x85, 0xc0,                               // test rax, rax
        0x7f, 0xe7,                                     // jg again
        0xb8, 0x3c, 0x00, 0x00, 0x00,                   // mov eax, 60 (exit)
        0x31, 0xff,                                     // xor edi, edi
        0x0f, 0x05,                                     // syscall
        0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00,       // padding
        0x01, 0, 0, 0, 0, 0, 0, 0,                      // action: SIG_IGN, no flags, no restorer, no mask
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        (byte)'/', (byte)'p', (byte)'r', (byte)'o', (byte)'c', 0,
    ];

    public static byte[] Executable() => SmallProgram.Of(Code);
}
