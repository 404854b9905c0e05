using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace EzTemplates.Conformance;

/// <summary>Reads and writes the data's files; one whose name ends in <c>.gz</c> is compressed.</summary>
internal static class DataFiles
{
    public static byte[] Bytes(string path)
    {
        using var stream = Open(path);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static string Text(string path) => Encoding.UTF8.GetString(Bytes(path));

    /// <summary>Lines that are neither empty nor comments, split at tabs.</summary>
    public static IEnumerable<string[]> Tabbed(string path) =>
        Text(path).Split('\n').Where(line => line is not "" and not ['#', ..]).Select(line => line.Split('\t'));

    public static IEnumerable<JsonElement> JsonLines(string path) =>
        Text(path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);

    public static Stream Create(string path)
    {
        var file = File.Create(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
    }

    private static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
