namespace EzTemplates.Cli.Output;

/// <summary>
/// What a person is told, with nothing in it that would steer a terminal: much of it was written inside environments, by archives or by
/// scripts. Colours and bars are drawn around it.
/// </summary>
internal static class PrintableLine
{
    /// <summary>Of one line or several.</summary>
    public static string OfLines(string text) => Escape(text, '\n');

    /// <summary>Of one line: a break in it is none.</summary>
    public static string Of(string text) => Escape(text, null);

    private static string Escape(string text, char? kept) =>
        text.Any(c => IsEscaped(c, kept)) ? string.Concat(text.Select(c => IsEscaped(c, kept) ? $"\\x{(int)c:x2}" : c.ToString())) : text;

    private static bool IsEscaped(char c, char? kept) => char.IsControl(c) && c != '\t' && c != kept;
}
