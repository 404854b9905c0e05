using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>Gives an uncompressed .deb's data member another compression (deb(5), ar(5): 60-byte headers, even offsets).</summary>
internal static class DebRepacker
{
    private const int HeaderLength = 60;

    public static void Repack(string debFile, string compressor)
    {
        var (tool, suffix) = compressor == "bzip2" ? ("bzip2", ".bz2") : ("xz", ".lzma");
        Requires.Tool(tool);
        IReadOnlyList<string> arguments = tool == "xz" ? ["--format=lzma", "-c"] : ["-c"];
        var deb = File.ReadAllBytes(debFile);
        using var result = new MemoryStream();
        result.Write("!<arch>\n"u8);
        for (var at = 8; at < deb.Length;)
        {
            var header = Encoding.ASCII.GetString(deb, at, HeaderLength);
            var size = int.Parse(header.AsSpan(48, 10), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            var content = deb[(at + HeaderLength)..(at + HeaderLength + size)];
            at += HeaderLength + size + (size % 2);
            if (header.StartsWith("data.tar ", StringComparison.Ordinal) || header.StartsWith("data.tar/", StringComparison.Ordinal))
            {
                content = ToolRun.Run(new ToolCommand(tool, arguments) { Stdin = content }).Succeed().Stdout;
                header = ("data.tar" + suffix).PadRight(16) + header[16..48] + content.Length.ToString(CultureInfo.InvariantCulture).PadRight(10) + "`\n";
            }

            result.Write(Encoding.ASCII.GetBytes(header));
            result.Write(content);
            if (content.Length % 2 == 1)
            {
                result.WriteByte((byte)'\n');
            }
        }

        File.WriteAllBytes(debFile, result.ToArray());
    }
}
