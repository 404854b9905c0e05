using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>A tar archive written byte by byte, so that it can be wrong in every way. Names are Latin-1.</summary>
public sealed class RawTar
{
    private readonly List<byte> _bytes = [];

    /// <summary>The folders that most archives here begin with.</summary>
    public static RawTar WithFolders() => new RawTar().Folder("./").Folder("./usr/").Folder("./usr/odd/");

    public RawTar Folder(string name, int mode = 0x1ED) => Add(name, '5', mode: mode);

    public RawTar File(string name, string content = "hello\n", int mode = 0x1A4) => Add(name, '0', content, mode);

    public RawTar Link(string name, string target) => Add(name, '2', mode: 0x1FF, link: target);

    public RawTar HardLink(string name, string target, int mode = 0x1A4) => Add(name, '1', mode: mode, link: target);

    public RawTar Add(string name, char type, string content = "", int mode = 0x1A4, string link = "", string? size = null, Action<byte[]>? change = null)
    {
        var body = Encoding.Latin1.GetBytes(content);
        var header = Header(name, type, size ?? Octal(body.Length, 11), mode, link);
        change?.Invoke(header);
        if (change is null || header[148] == ' ')
        {
            Seal(header);
        }

        return Raw(header).Padded(body);
    }

    public RawTar Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] WithoutEnd() => [.. _bytes];

    public byte[] ToArray() => [.. _bytes, .. new byte[1024]];

    private RawTar Padded(byte[] body) => Raw(body).Raw(new byte[(512 - (body.Length % 512)) % 512]);

    private static byte[] Header(string name, char type, string size, int mode, string link)
    {
        var header = new byte[512];
        void Put(int at, int length, string text) => Encoding.Latin1.GetBytes(text.Length > length ? text[..length] : text).CopyTo(header, at);
        Put(0, 100, name);
        Put(100, 8, Octal(mode, 7));
        Put(108, 8, Octal(0, 7));
        Put(116, 8, Octal(0, 7));
        Put(124, 12, size);
        Put(136, 12, Octal(1_700_000_000, 11));
        Put(148, 8, "        ");
        header[156] = (byte)type;
        Put(157, 100, link);
        Put(257, 8, "ustar  \0");
        Put(265, 32, "root");
        Put(297, 32, "root");
        Put(329, 8, Octal(1, 7));
        Put(337, 8, Octal(3, 7));
        return header;
    }

    private static void Seal(byte[] header)
    {
        var sum = header.Sum(b => (int)b);
        Encoding.Latin1.GetBytes(Octal(sum, 6) + "\0 ").CopyTo(header, 148);
    }

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0').ToString(CultureInfo.InvariantCulture);
}
