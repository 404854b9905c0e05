using System.Text;

namespace EzTemplates.Formats;

/// <summary>
/// The users and groups that a package wants made before its %pre, since rpm 4.19: lines of sysusers.d(5) in base64, as the versions of what it
/// provides under names such as <c>user(nginx)</c> (rpm-sysusers(7); rpm's lib/rpmds.c, rpmdsIsSysuser). A name without a version makes nobody.
/// </summary>
public static class RpmSysusers
{
    private const ulong Equal = 1 << 3;
    private static readonly string[] Kinds = ["user(", "group(", "groupmember("];

    /// <returns>Bytes as chars, in the header's order; what is no base64 is passed over, as rpm does.</returns>
    /// <exception cref="MalformedArchiveException">A field has another type than it must.</exception>
    public static IReadOnlyList<string> LinesOf(RpmHeader main)
    {
        ArgumentNullException.ThrowIfNull(main);
        var (names, versions, senses) = (main.Texts(RpmField.ProvideNames), main.Texts(RpmField.ProvideVersions), main.Numbers(RpmField.ProvideFlags));
        var lines = new List<string>();
        for (var i = 0; i < names.Count && i < versions.Count && i < senses.Count; i++)
        {
            var (name, version) = (Encoding.Latin1.GetString(names.Next().Span), Encoding.Latin1.GetString(versions.Next().Span));
            if ((senses[i] & Equal) != 0 && Array.Exists(Kinds, kind => name.StartsWith(kind, StringComparison.Ordinal)) && Decode(version) is { } text)
            {
                lines.AddRange(text.Split('\n'));
            }
        }

        return lines;
    }

    /// <summary>Its end is filled up with NULs, since a version may not have base64's own filling.</summary>
    private static string? Decode(string version)
    {
        var bytes = new byte[version.Length];
        return Convert.TryFromBase64String(version, bytes, out var length) ? Encoding.Latin1.GetString(bytes, 0, length).Split('\0')[0] : null;
    }
}
