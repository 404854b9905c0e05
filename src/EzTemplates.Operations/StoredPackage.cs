using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>A lock's row with what the store has of it.</summary>
/// <param name="Contents">All of it, as dpkg's database tells of it.</param>
/// <param name="Composed">Without what the OS leaves out.</param>
internal sealed record StoredPackage(LockedPackage Row, DebControl Control, PackageContents Contents, ComposedPackage Composed)
{
    private const string ConffilesName = "conffiles";
    private const string TriggersName = "triggers";

    /// <summary>The paths that the package calls its configuration.</summary>
    public IEnumerable<TreePath> ConfigurationFiles(ContentStore store) => StoredControl.Lines(store, Contents, ConffilesName)
        .Select(line => line.Split(' ')[^1])
        .Where(path => path.StartsWith('/') && TreePath.TryParse(path, out _))
        .Select(path => TreePath.Parse(path));

    /// <summary>As dpkg's database has it once it is unpacked.</summary>
    public UnpackedPackage ToUnpacked(ContentStore store)
    {
        var entries = Contents.Entries.ToDictionary(entry => entry.Entry.Path, entry => entry.Entry);
        var conffiles = ConfigurationFiles(store).ToHashSet();
        ImmutableArray<HashedPath> Hashed(IEnumerable<TreePath> paths) =>
            [.. paths.Select(path => Md5Of(store, entries, path) is { } md5 ? new HashedPath(path, md5) : null).OfType<HashedPath>()];

        return new UnpackedPackage
        {
            Control = Control,
            Members = Contents.Control,
            Paths = [.. Contents.Entries.Select(entry => entry.Entry.Path)],
            Conffiles = Hashed(ConfigurationFiles(store).Distinct()),
            Files = Contents.Control.Any(member => member.Name == DpkgDatabase.SumsName) ? null : Hashed(Contents.Entries.Select(entry => entry.Entry.Path).Where(path => !conffiles.Contains(path))),
            Triggers = PackageTrigger.Read(StoredControl.Lines(store, Contents, TriggersName)),
        };
    }

    /// <returns>Null for one that the package names and does not bring.</returns>
    [SuppressMessage("Security", "CA5351", Justification = "dpkg's database has MD5 (deb-conffiles(5)); nothing is trusted for it")]
    private static string? Md5Of(ContentStore store, Dictionary<TreePath, ManifestEntry> entries, TreePath path)
    {
        var file = entries.GetValueOrDefault(path);
        file = file?.Type == EntryType.HardLink ? entries.GetValueOrDefault(TreePath.Parse(file.Target)) : file;
        return file?.Content is { } content ? Convert.ToHexStringLower(MD5.HashData(store.Objects.Read(content))) : null;
    }
}
