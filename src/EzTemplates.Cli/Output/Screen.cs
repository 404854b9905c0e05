namespace EzTemplates.Cli.Output;

/// <summary>What standard output and standard error are. Colour and cut tables are for a person at a terminal; a file and a pipe get the whole, plain.</summary>
internal static class Screen
{
    private static readonly Lazy<int?> Columns = new(() => OutputIsTerminal && Console.WindowWidth is > 0 and var width ? width : null);

    // no-color.org: set and not empty, whatever its value.
    private static readonly Lazy<bool> Colour = new(() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>The columns of the terminal that standard output is; null where it is none.</summary>
    public static int? Width => Columns.Value;

    public static bool OutputIsTerminal { get; } = StandardStream.IsTerminal(1);

    public static bool ErrorIsTerminal { get; } = StandardStream.IsTerminal(2);

    /// <summary>For standard error: in colour where that is a terminal which has it.</summary>
    public static string Paint(Ink ink, string text) => ErrorIsTerminal ? Always(ink, text) : text;

    /// <summary>The same for standard output.</summary>
    public static string PaintOutput(Ink ink, string text) => OutputIsTerminal ? Always(ink, text) : text;

    private static string Always(Ink ink, string text) => Colour.Value ? $"\u001b[{(int)ink}m{text}\u001b[0m" : text;
}

/// <summary>Graphic renditions (ECMA-48, SGR).</summary>
internal enum Ink
{
    Bold = 1,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}
