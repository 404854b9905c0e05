using System.Text;

namespace EzTemplates.Domain;

/// <summary>
/// A text of ez's own in an environment, where its user may edit it: the first line carries the digest of the rest, so that ez replaces
/// what it has written itself and nothing else.
/// </summary>
public static class MarkedText
{
    private const string Mark = "# Written by ez, which leaves it alone once it is edited. ";

    public static byte[] Write(string text) => Encoding.UTF8.GetBytes($"{Mark}{Sha256Digest.Of(Encoding.UTF8.GetBytes(text))}\n{text}");

    /// <summary>Whether these are bytes that <see cref="Write"/> has made.</summary>
    public static bool IsUnedited(ReadOnlySpan<byte> file)
    {
        var end = file.IndexOf((byte)'\n');
        return end > 0 && Encoding.UTF8.GetString(file[..end]) is var first && first.StartsWith(Mark, StringComparison.Ordinal)
            && first[Mark.Length..] == Sha256Digest.Of(file[(end + 1)..]).ToString();
    }
}
