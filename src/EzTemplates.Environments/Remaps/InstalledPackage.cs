using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Environments;

/// <summary>A package that a dpkg status says is there.</summary>
/// <param name="Stanza">All that the status says of it.</param>
internal sealed record InstalledPackage(string Name, string Architecture, string Version, string MultiArch, Deb822Paragraph Stanza)
{
    public static TreePath Status { get; } = TreePath.Parse("/var/lib/dpkg/status");

    /// <summary>Where dpkg keeps a file for each member of a package's control archive, and its list of paths.</summary>
    public static TreePath Info { get; } = TreePath.Parse("/var/lib/dpkg/info");

    /// <summary>A status has one stanza of it.</summary>
    public (string Name, string Architecture) Key => (Name, Architecture);

    /// <summary>What its files in <see cref="Info"/> begin with: of packages that several architectures may have, with the architecture.</summary>
    public string InfoName => MultiArch == "same" ? $"{Name}:{Architecture}" : Name;

    public override string ToString() => $"`{ToldText.Of(Name)}` {ToldText.Of(Version)}";

    /// <param name="status">Bytes as chars. What is malformed has no packages: the merge tells of it.</param>
    public static List<InstalledPackage> ReadAll(string status)
    {
        try
        {
            return [.. Deb822Paragraph.ReadAll(Encoding.Latin1.GetBytes(status), Status.Latin1).Where(IsThere).Select(Of)];
        }
        catch (MalformedMetadataException)
        {
            return [];
        }
    }

    private static InstalledPackage Of(Deb822Paragraph stanza) =>
        new(stanza.Text("Package").Trim(), stanza.Text("Architecture").Trim(), stanza.Text("Version").Trim(), stanza.Text("Multi-Arch").Trim(), stanza);

    /// <summary>dpkg(1): its files are there, whether or not it is configured.</summary>
    private static bool IsThere(Deb822Paragraph stanza) =>
        stanza.Find("Status")?.Words is [_, _, "installed" or "triggers-awaited" or "triggers-pending" or "unpacked" or "half-configured"];
}
