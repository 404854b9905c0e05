using System.Buffers;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Checks a package's <c>control</c> file as dpkg does before it unpacks (lib/dpkg/parse.c, parsehelp.c): one stanza, no field twice,
/// a package name and a version that are ones. What the fields mean is not looked at.
/// </summary>
internal static class ControlStanza
{
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(": \t\n\v\f\r"u8);

    public static void Check(ReadOnlySpan<byte> control)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = control.TrimStart((byte)'\n');
        while (!rest.IsEmpty && rest[0] != '\n')
        {
            rest = ReadField(rest, out var name, out var value);
            if (!fields.TryAdd(name, value))
            {
                throw Bad($"it has the field `{TreePath.Display(name)}` twice");
            }
        }

        if (!rest.TrimStart((byte)'\n').IsEmpty)
        {
            throw Bad("it describes several packages");
        }

        CheckName(fields.GetValueOrDefault("Package"));
        CheckVersion(fields.GetValueOrDefault("Version"));
    }

    /// <summary>Reads one field with its continuation lines; answers what follows.</summary>
    private static ReadOnlySpan<byte> ReadField(ReadOnlySpan<byte> text, out string name, out string value)
    {
        var end = text.IndexOfAny(NameEnds);
        name = Encoding.Latin1.GetString(end < 0 ? text : text[..end]);
        if (name.Length == 0 || name[0] == '-')
        {
            throw Bad(name.Length == 0 ? "it has a field without a name" : $"it has a field name that begins with a hyphen, `{TreePath.Display(name)}`");
        }

        var after = end < 0 ? [] : text[end..].TrimStart(Blanks);
        if (after.IsEmpty || after[0] != ':')
        {
            throw Bad($"the field name `{TreePath.Display(name.Length > 100 ? name[..100] : name)}` has no colon after it");
        }

        var length = ValueLength(after[1..], name);
        value = Encoding.Latin1.GetString(after.Slice(1, length).Trim(Spaces));
        return after[(1 + length)..];
    }

    /// <summary>To the end of the last line that continues the value: one that begins with a space and is not blank.</summary>
    private static int ValueLength(ReadOnlySpan<byte> text, string field)
    {
        var length = 0;
        do
        {
            var line = text[length..];
            var end = line.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw Bad($"it ends inside the field `{TreePath.Display(field)}`, without a newline");
            }

            if (length > 0 && line[..end].Trim(Spaces).IsEmpty)
            {
                throw Bad($"the field `{TreePath.Display(field)}` has a blank line in it");
            }

            length += end + 1;
        }
        while (length < text.Length && text[length] != '\n' && Spaces.Contains(text[length]));

        return length;
    }

    private static ReadOnlySpan<byte> Spaces => " \t\n\v\f\r"u8;

    private static ReadOnlySpan<byte> Blanks => " \t\v\f\r"u8;

    private static void CheckName(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw Bad("it names no package");
        }

        if (!char.IsAsciiLetterOrDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '+' or '.' or '_')))
        {
            throw Bad($"`{TreePath.Display(name)}` is not a package name");
        }
    }

    private static void CheckVersion(string? version)
    {
        if (string.IsNullOrEmpty(version))
        {
            throw Bad("it has no version");
        }

        var colon = version.IndexOf(':', StringComparison.Ordinal);
        var rest = version[(colon + 1)..];
        var hyphen = rest.LastIndexOf('-');
        var upstream = hyphen < 0 ? rest : rest[..hyphen];
        var revision = hyphen < 0 ? "0" : rest[(hyphen + 1)..];
        var sound = (colon < 0 || IsEpoch(version.AsSpan(0, colon)))
            && upstream.Length > 0 && char.IsAsciiDigit(upstream[0]) && upstream.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '~' or ':')
            && revision.Length > 0 && revision.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '~');
        if (!sound)
        {
            throw Bad($"`{TreePath.Display(version)}` is not a version");
        }
    }

    private static bool IsEpoch(ReadOnlySpan<char> text) =>
        text.Length > 0 && text.IndexOfAnyExceptInRange('0', '9') < 0 && int.TryParse(text, out _);

    private static MalformedArchiveException Bad(string reason) => new(reason);
}
