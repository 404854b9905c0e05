using System.Runtime.InteropServices;

namespace EzTemplates.Cli.Output;

/// <summary>What standard output and standard error are. Colour and cut tables are for a person at a terminal; a file and a pipe get the whole, plain.</summary>
internal static unsafe partial class Screen
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    // TIOCGWINSZ (ioctl_tty(2)).
    private const nuint GetWindowSize = 0x5413;

    private static readonly Lazy<int?> Columns = new(() => OutputIsTerminal ? WidthOf(StandardOutput) : null);

    // no-color.org: set and not empty, whatever its value.
    private static readonly Lazy<bool> Colour = new(() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>The columns of the terminal that standard output is; null where it is none, or does not say.</summary>
    public static int? Width => Columns.Value;

    public static bool OutputIsTerminal { get; } = StandardStream.IsTerminal(StandardOutput);

    public static bool ErrorIsTerminal { get; } = StandardStream.IsTerminal(StandardError);

    /// <summary>For standard error: in colour where that is a terminal which has it.</summary>
    public static string Paint(Ink ink, string text) => ErrorIsTerminal ? Coloured(ink, text) : text;

    /// <summary>The same for standard output.</summary>
    public static string PaintOutput(Ink ink, string text) => OutputIsTerminal ? Coloured(ink, text) : text;

    private static string Coloured(Ink ink, string text) => Colour.Value ? $"\u001b[{(int)ink}m{text}\u001b[0m" : text;

    private static int? WidthOf(int descriptor)
    {
        WindowSize size;
        return Ioctl(descriptor, GetWindowSize, &size) == 0 && size.Columns > 0 ? size.Columns : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, WindowSize* size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}

/// <summary>Graphic renditions (ECMA-48, SGR).</summary>
internal enum Ink
{
    Bold = 1,
    Red = 31,
    Yellow = 33,
    Cyan = 36,
}
