namespace EzTemplates.Solver;

/// <summary>
/// Which architectures go together: rpm colours files as 32 or 64 bits wide, and packages of one name may stand side by side where
/// their colours differ (rpm's transaction colours, libsolv's <c>pool_arch2color</c>).
/// </summary>
internal static class ArchitectureColour
{
    public static int Of(ReadOnlySpan<byte> architecture) => IsWide(architecture) ? 2 : 1;

    public static bool IsWide(ReadOnlySpan<byte> architecture) =>
        architecture.EndsWith("64"u8) || architecture.EndsWith("64le"u8) || architecture.StartsWith("x86_64"u8) || architecture.SequenceEqual("s390x"u8)
            || architecture.SequenceEqual("ia32e"u8) || architecture.StartsWith("sparc64"u8);
}
