using System.Text;

namespace EzTemplates.Environments;

/// <summary>
/// Runs an rpm transaction over files that are laid already: librpm runs all scripts in its own order and writes its database, and unpacks
/// nothing. It sees to that by saying "database only" (RPMTRANS_FLAG_JUSTDB) when the transaction tells for the first time how it goes:
/// whether scripts run has been decided by then (rpm's lib/transaction.c, rpmtsSetup), whether files are written has not (lib/psm.c).
/// Its arguments are package files without payloads in <see cref="Packages"/>. Which package's script begins and ends it tells on
/// descriptor 3, as <c>dpkg --status-fd</c> does.
/// </summary>
/// <remarks>
/// A program of its own, since librpm runs packages' Lua code in its own process: nothing of `ez` may be in there. It is linked by the host's
/// dynamic loader, which comes into the sandbox with librpm.
/// </remarks>
internal static class RpmProgram
{
    /// <summary>Inside; the code leaves this many characters of an argument out when it names the package.</summary>
    public const string Packages = "/run/.ez-rpm/packages/";

    /// <summary>In the order of the code's table.</summary>
    private static readonly string[] Imports =
    [
        "rpmReadConfigFiles",
        "rpmtsCreate",
        "rpmtsSetRootDir",
        "rpmtsSetVSFlags",
        "rpmtsSetFlags",
        "rpmtsSetNotifyCallback",
        "Fopen",
        "rpmReadPackageFile",
        "rpmtsAddInstallElement",
        "headerFree",
        "Fclose",
        "rpmtsOrder",
        "rpmtsRun",
        "rpmtsProblems",
        "rpmpsPrint",
        "rpmtsFree",
        "exit",
        "unsetenv",
        "setvbuf",
        "dprintf",
        "stdout",
    ];

    /// <summary>x86-64; it stands at <see cref="LinkedProgram.CodeAt"/>, its table of addresses, and one place to remember a file, at <see cref="LinkedProgram.TableAt"/>.</summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0x4c, 0x8d, 0x6c, 0x24, 0x10,                   // lea r13, [rsp+16] (the packages)
        0x48, 0x83, 0xe4, 0xf0,                         // and rsp, -16
        0x48, 0x83, 0xec, 0x10,                         // sub rsp, 16
        0x48, 0x8b, 0x3d, 0x6c, 0x0f, 0x00, 0x00,       // mov rdi, [stdout] (what Lua prints is to stand where it was printed)
        0x48, 0x8b, 0x3f,                               // mov rdi, [rdi]
        0x31, 0xf6,                                     // xor esi, esi
        0xba, 0x02, 0x00, 0x00, 0x00,                   // mov edx, 2 (_IONBF)
        0x31, 0xc9,                                     // xor ecx, ecx
        0xff, 0x15, 0x4a, 0x0f, 0x00, 0x00,             // call setvbuf
        0x31, 0xff,                                     // xor edi, edi
        0x31, 0xf6,                                     // xor esi, esi
        0xff, 0x15, 0xb0, 0x0e, 0x00, 0x00,             // call rpmReadConfigFiles
        0x85, 0xc0,                                     // test eax, eax
        0x0f, 0x85, 0xfd, 0x00, 0x00, 0x00,             // jne fail
        0x48, 0x8d, 0x3d, 0x8f, 0x01, 0x00, 0x00,       // lea rdi, [variable] (scripts run the tree's own rpm with its own settings)
        0xff, 0x15, 0x23, 0x0f, 0x00, 0x00,             // call unsetenv
        0xff, 0x15, 0x9d, 0x0e, 0x00, 0x00,             // call rpmtsCreate
        0x48, 0x89, 0xc3,                               // mov rbx, rax (the transaction)
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0x48, 0x8d, 0x35, 0x6c, 0x01, 0x00, 0x00,       // lea rsi, [slash]
        0xff, 0x15, 0x92, 0x0e, 0x00, 0x00,             // call rpmtsSetRootDir
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0xbe, 0x00, 0x0f, 0x0f, 0x00,                   // mov esi, 0x000f0f00 (no digests, no signatures)
        0xff, 0x15, 0x8c, 0x0e, 0x00, 0x00,             // call rpmtsSetVSFlags
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0xbe, 0x80, 0x01, 0x00, 0x00,                   // mov esi, 0x180 (NOPLUGINS, NOCONTEXTS)
        0xff, 0x15, 0x86, 0x0e, 0x00, 0x00,             // call rpmtsSetFlags
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0x48, 0x8d, 0x35, 0xbc, 0x00, 0x00, 0x00,       // lea rsi, [callback]
        0x48, 0x89, 0xda,                               // mov rdx, rbx
        0xff, 0x15, 0x7b, 0x0e, 0x00, 0x00,             // call rpmtsSetNotifyCallback
        0x4d, 0x8b, 0x75, 0x00,                         // next: mov r14, [r13]
        0x4d, 0x85, 0xf6,                               // test r14, r14
        0x74, 0x5b,                                     // je run
        0x4c, 0x89, 0xf7,                               // mov rdi, r14
        0x48, 0x8d, 0x35, 0x26, 0x01, 0x00, 0x00,       // lea rsi, [mode]
        0xff, 0x15, 0x6a, 0x0e, 0x00, 0x00,             // call Fopen
        0x49, 0x89, 0xc7,                               // mov r15, rax
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0x4c, 0x89, 0xfe,                               // mov rsi, r15
        0x4c, 0x89, 0xf2,                               // mov rdx, r14
        0x48, 0x89, 0xe1,                               // mov rcx, rsp
        0xff, 0x15, 0x5d, 0x0e, 0x00, 0x00,             // call rpmReadPackageFile
        0x85, 0xc0,                                     // test eax, eax
        0x75, 0x76,                                     // jne fail
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0x48, 0x8b, 0x34, 0x24,                         // mov rsi, [rsp]
        0x4c, 0x89, 0xf2,                               // mov rdx, r14
        0x31, 0xc9,                                     // xor ecx, ecx
        0x45, 0x31, 0xc0,                               // xor r8d, r8d
        0xff, 0x15, 0x4c, 0x0e, 0x00, 0x00,             // call rpmtsAddInstallElement
        0x85, 0xc0,                                     // test eax, eax
        0x75, 0x5d,                                     // jne fail
        0x48, 0x8b, 0x3c, 0x24,                         // mov rdi, [rsp]
        0xff, 0x15, 0x46, 0x0e, 0x00, 0x00,             // call headerFree
        0x4c, 0x89, 0xff,                               // mov rdi, r15
        0xff, 0x15, 0x45, 0x0e, 0x00, 0x00,             // call Fclose
        0x49, 0x83, 0xc5, 0x08,                         // add r13, 8
        0xeb, 0x9c,                                     // jmp next
        0x48, 0x89, 0xdf,                               // run: mov rdi, rbx
        0xff, 0x15, 0x3e, 0x0e, 0x00, 0x00,             // call rpmtsOrder
        0x85, 0xc0,                                     // test eax, eax
        0x75, 0x37,                                     // jne fail
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0x31, 0xf6,                                     // xor esi, esi
        0xba, 0xff, 0x01, 0x00, 0x00,                   // mov edx, 0x1ff (every rpmprobFilterFlags)
        0xff, 0x15, 0x32, 0x0e, 0x00, 0x00,             // call rpmtsRun
        0x41, 0x89, 0xc6,                               // mov r14d, eax
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0xff, 0x15, 0x2e, 0x0e, 0x00, 0x00,             // call rpmtsProblems
        0x31, 0xff,                                     // xor edi, edi
        0x48, 0x89, 0xc6,                               // mov rsi, rax
        0xff, 0x15, 0x2b, 0x0e, 0x00, 0x00,             // call rpmpsPrint
        0x48, 0x89, 0xdf,                               // mov rdi, rbx
        0xff, 0x15, 0x2a, 0x0e, 0x00, 0x00,             // call rpmtsFree
        0x31, 0xff,                                     // xor edi, edi
        0x45, 0x85, 0xf6,                               // test r14d, r14d
        0x74, 0x05,                                     // je out
        0xbf, 0x01, 0x00, 0x00, 0x00,                   // fail: mov edi, 1
        0xff, 0x15, 0x20, 0x0e, 0x00, 0x00,             // out: call exit
        0x41, 0x56,                                     // callback: push r14
        0x53,                                           // push rbx
        0x53,                                           // push rbx
        0x89, 0xf3,                                     // mov ebx, esi (what happens)
        0x4d, 0x89, 0xc6,                               // mov r14, r8 (to which package)
        0x4c, 0x89, 0xcf,                               // mov rdi, r9
        0xbe, 0x88, 0x01, 0x00, 0x00,                   // mov esi, 0x188 (JUSTDB too)
        0xff, 0x15, 0xa9, 0x0d, 0x00, 0x00,             // call rpmtsSetFlags
        0x83, 0xfb, 0x04,                               // cmp ebx, 4 (RPMCALLBACK_INST_OPEN_FILE)
        0x74, 0x4c,                                     // je open
        0x83, 0xfb, 0x08,                               // cmp ebx, 8 (RPMCALLBACK_INST_CLOSE_FILE)
        0x74, 0x38,                                     // je close
        0x48, 0x8d, 0x35, 0x74, 0x00, 0x00, 0x00,       // lea rsi, [begins]
        0x81, 0xfb, 0x00, 0x00, 0x01, 0x00,             // cmp ebx, 0x10000 (RPMCALLBACK_SCRIPT_START)
        0x74, 0x0f,                                     // je tell
        0x48, 0x8d, 0x35, 0x82, 0x00, 0x00, 0x00,       // lea rsi, [ends]
        0x81, 0xfb, 0x00, 0x00, 0x02, 0x00,             // cmp ebx, 0x20000 (RPMCALLBACK_SCRIPT_STOP)
        0x75, 0x16,                                     // jne none
        0x4d, 0x85, 0xf6,                               // tell: test r14, r14
        0x74, 0x11,                                     // je none
        0xbf, 0x03, 0x00, 0x00, 0x00,                   // mov edi, 3
        0x49, 0x8d, 0x56, 0x16,                         // lea rdx, [r14+22] (its name in its path)
        0x31, 0xc0,                                     // xor eax, eax
        0xff, 0x15, 0xe3, 0x0d, 0x00, 0x00,             // call dprintf
        0x31, 0xc0,                                     // none: xor eax, eax
        0xeb, 0x26,                                     // jmp done
        0x48, 0x8b, 0x3d, 0xe8, 0x0d, 0x00, 0x00,       // close: mov rdi, [file]
        0xff, 0x15, 0x8a, 0x0d, 0x00, 0x00,             // call Fclose
        0xeb, 0xed,                                     // jmp none
        0x4c, 0x89, 0xf7,                               // open: mov rdi, r14
        0x48, 0x8d, 0x35, 0x14, 0x00, 0x00, 0x00,       // lea rsi, [mode]
        0xff, 0x15, 0x58, 0x0d, 0x00, 0x00,             // call Fopen
        0x48, 0x89, 0x05, 0xc9, 0x0d, 0x00, 0x00,       // mov [file], rax
        0x5b,                                           // done: pop rbx
        0x5b,                                           // pop rbx
        0x41, 0x5e,                                     // pop r14
        0xc3,                                           // ret
    ];

    private static readonly string[] Texts = ["/", "r.ufdio", "RPM_CONFIGDIR", "status: %s: half-configured\n", "status: %s: installed\n"];

    /// <param name="libraries">The names of librpm and librpmio that there are: <c>librpm.so.9</c>.</param>
    public static byte[] Executable(IReadOnlyList<string> libraries) =>
        LinkedProgram.Of([.. Code, .. Texts.SelectMany(text => Encoding.ASCII.GetBytes(text + "\0"))], Imports, [.. libraries, "libc.so.6"]);
}
