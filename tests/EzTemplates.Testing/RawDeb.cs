using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>Debian packages put together member by member.</summary>
public static class RawDeb
{
    public const string Stanza = "Package: odd\nVersion: 1.0-1\nArchitecture: all\nMaintainer: x <x@example.invalid>\nDescription: odd\n";

    public static byte[] OfData(RawTar data) => OfData(data.ToArray());

    public static byte[] OfData(byte[] data, string name = "data.tar") => Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar", Control()), (name, data));

    public static byte[] OfStanza(string stanza) => Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar", Control(stanza)), ("data.tar", Data()));

    public static byte[] OfControl(RawTar control) => Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar", control.ToArray()), ("data.tar", Data()));

    public static byte[] Control(string stanza = Stanza) => new RawTar().Folder("./").File("./control", stanza).ToArray();

    public static byte[] Data() => RawTar.WithFolders().File("./usr/odd/hello").ToArray();

    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        using var ar = new MemoryStream();
        ar.Write("!<arch>\n"u8);
        foreach (var (name, content) in members)
        {
            ar.Write(ArHeader(name, content.Length.ToString(CultureInfo.InvariantCulture)));
            ar.Write(content);
            ar.Write(content.Length % 2 == 0 ? [] : "\n"u8);
        }

        return ar.ToArray();
    }

    public static byte[] ArHeader(string name, string size) =>
        Encoding.Latin1.GetBytes($"{name,-16}{1_700_000_000,-12}{0,-6}{0,-6}{100644,-8}{size,-10}`\n");

    /// <summary>Compresses with the system's own tool; the extension says which.</summary>
    public static byte[] Compress(byte[] content, string extension, params string[] arguments)
    {
        var tool = extension switch { ".gz" => "gzip", ".xz" or ".lzma" => "xz", ".zst" => "zstd", ".bz2" => "bzip2", _ => "" };
        if (tool.Length == 0)
        {
            return content;
        }

        Requires.Tool(tool);
        string[] all = extension == ".lzma" ? ["-c", "--format=lzma", .. arguments] : ["-c", .. arguments];
        return ToolRun.Run(new ToolCommand(tool, all) { Stdin = content }).Succeed().Stdout;
    }
}
