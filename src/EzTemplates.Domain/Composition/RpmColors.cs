namespace EzTemplates.Domain.Composition;

/// <summary>
/// Which of two architectures' files stays on one path, by their colors (<see cref="ComposedPackage.Colors"/>), on x86-64 (rpm's
/// lib/transaction.c, handleColorConflict; <c>%_transaction_color</c> 3, <c>%_prefer_color</c> 2).
/// </summary>
public static class RpmColors
{
    private const uint Known = 3;
    private const uint Preferred = 2;

    /// <summary>Whether two files that differ may have one path, since each runs on another architecture.</summary>
    public static bool Differ(uint one, uint other) => (one & Known) != 0 && (other & Known) != 0 && (one & Known) != (other & Known);

    /// <summary>Whether a file stays where another of another color is.</summary>
    public static bool Stays(uint color) => (color & Known) == Preferred;
}
