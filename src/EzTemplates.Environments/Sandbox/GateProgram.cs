namespace EzTemplates.Environments;

/// <summary>
/// Runs before a program that is to be bounded: it waits for a byte on descriptor 10, so that limits are set and its control group is
/// changed when nothing of the program has run yet; then executes its first argument with those that follow. If that fails it writes the
/// error number (4 bytes) to descriptor 11, which a program that starts never sees. It ends with `ez`.
/// </summary>
internal static class GateProgram
{
    public const int Gate = 10;
    public const int Errors = 11;

    /// <summary>x86-64.</summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0x31, 0xc0,                                     // again: xor eax, eax (read)
        0xbf, Gate, 0x00, 0x00, 0x00,                   // mov edi, 10
        0x48, 0x8d, 0x74, 0x24, 0xf0,                   // lea rsi, [rsp - 16]
        0xba, 0x01, 0x00, 0x00, 0x00,                   // mov edx, 1
        0x0f, 0x05,                                     // syscall
        0x48, 0x83, 0xf8, 0xfc,                         // cmp rax, -4 (EINTR)
        0x74, 0xe7,                                     // je again
        0x48, 0x85, 0xc0,                               // test rax, rax
        0x7e, 0x53,                                     // jle end
        0xb8, 0x03, 0x00, 0x00, 0x00,                   // mov eax, 3 (close)
        0xbf, Gate, 0x00, 0x00, 0x00,                   // mov edi, 10
        0x0f, 0x05,                                     // syscall
        0xb8, 0x48, 0x00, 0x00, 0x00,                   // mov eax, 72 (fcntl)
        0xbf, Errors, 0x00, 0x00, 0x00,                 // mov edi, 11
        0xbe, 0x02, 0x00, 0x00, 0x00,                   // mov esi, 2 (F_SETFD)
        0xba, 0x01, 0x00, 0x00, 0x00,                   // mov edx, 1 (FD_CLOEXEC)
        0x0f, 0x05,                                     // syscall
        0x48, 0x8b, 0x7c, 0x24, 0x08,                   // mov rdi, [rsp + 8] (the program)
        0x48, 0x8d, 0x74, 0x24, 0x10,                   // lea rsi, [rsp + 16] (its arguments)
        0x48, 0x8b, 0x04, 0x24,                         // mov rax, [rsp]
        0x48, 0x8d, 0x54, 0xc4, 0x10,                   // lea rdx, [rsp + 8 * rax + 16] (its variables)
        0xb8, 0x3b, 0x00, 0x00, 0x00,                   // mov eax, 59 (execve)
        0x0f, 0x05,                                     // syscall
        0xf7, 0xd8,                                     // neg eax
        0x50,                                           // push rax
        0xb8, 0x01, 0x00, 0x00, 0x00,                   // mov eax, 1 (write)
        0xbf, Errors, 0x00, 0x00, 0x00,                 // mov edi, 11
        0x48, 0x89, 0xe6,                               // mov rsi, rsp
        0xba, 0x04, 0x00, 0x00, 0x00,                   // mov edx, 4
        0x0f, 0x05,                                     // syscall
        0xb8, 0x3c, 0x00, 0x00, 0x00,                   // end: mov eax, 60 (exit)
        0xbf, 0x7f, 0x00, 0x00, 0x00,                   // mov edi, 127
        0x0f, 0x05,                                     // syscall
    ];

    public static byte[] Executable() => SmallProgram.Of(Code);
}
