using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>A cpio archive written member by member, in the forms that rpm payloads have. Names are Latin-1.</summary>
public sealed class RawCpio
{
    private readonly List<byte> _bytes = [];

    public RawCpio Add(string name, string content = "", string magic = "070701", uint sum = 0)
    {
        var body = Encoding.Latin1.GetBytes(content);
        uint[] fields = [1, 0x81a4, 0, 0, 1, 0, (uint)body.Length, 0, 0, 0, 0, (uint)name.Length + 1, sum];
        return Raw(magic + string.Concat(fields.Select(Hex)) + name + "\0").Pad().Raw(content).Pad();
    }

    /// <summary>With the right checksum.</summary>
    public RawCpio Summed(string name, string content) => Add(name, content, "070702", (uint)content.Sum(c => c));

    /// <summary>A header that has only the place in the file list.</summary>
    public RawCpio Stripped(int index, string content = "") => Raw("07070X" + Hex((uint)index)).Pad().Raw(content).Pad();

    public RawCpio Raw(string latin1)
    {
        _bytes.AddRange(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public byte[] WithoutEnd() => [.. _bytes];

    public byte[] ToArray()
    {
        Add("TRAILER!!!");
        return [.. _bytes];
    }

    private RawCpio Pad()
    {
        _bytes.AddRange(new byte[(4 - (_bytes.Count % 4)) % 4]);
        return this;
    }

    private static string Hex(uint value) => value.ToString("x8", CultureInfo.InvariantCulture);
}
