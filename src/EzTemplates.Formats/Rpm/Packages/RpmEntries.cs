using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// A package's entries from its file list and its payload. Ghosts are none: rpm does not make them. User and group are names, for rpm
/// knows no numbers; they are resolved when they are known to the tree.
/// </summary>
internal static class RpmEntries
{
    public static ImmutableArray<PackageEntry> Of(RpmFileTable table, RpmUnpacked unpacked, RpmReadOptions options, ArchivePosition at)
    {
        var entries = ImmutableArray.CreateBuilder<PackageEntry>(table.Files.Length);
        var first = new Dictionary<ulong, TreePath>();
        var types = new Dictionary<TreePath, EntryType>(table.Files.Length);
        for (var i = 0; i < table.Files.Length; i++)
        {
            var file = table.Files[i];
            if (file.IsGhost)
            {
                continue;
            }

            at.EnterPath(file.Path.Latin1);
            if (file.Type is EntryType.CharacterDevice or EntryType.BlockDevice && !options.AllowDevices)
            {
                throw DeviceRefusal.Of(options.FileName, file.Path);
            }

            var entry = Of(file, unpacked.Contents[i]);
            if (file.LinkSet != 0 && !first.TryAdd(file.LinkSet, file.Path))
            {
                entry = entry with { Type = EntryType.HardLink, Size = 0, Content = null, Target = first[file.LinkSet].Latin1 };
            }

            entries.Add(new PackageEntry(entry, file.UserName, file.GroupName));
            types.Add(file.Path, file.Type);
        }

        at.EnterPath(null);
        ParentRules.Check(types, type => type, new ArchiveBudget(options.MaxFiles, options.MaxNameBytes), at);
        return entries.DrainToImmutable();
    }

    private static ManifestEntry Of(RpmFile file, Sha256Digest? content) => new()
    {
        Path = file.Path,
        Type = file.Type,
        Mode = file.Type == EntryType.Symlink ? 0x1ff : file.Mode,
        Uid = 0,
        Gid = 0,
        Mtime = new FileTime(file.Mtime),
        Size = file.Type == EntryType.File ? file.Size : 0,
        Content = content,
        Device = file.Device,
        Target = file.LinkTarget,
        Xattrs = file.Capabilities == "" || file.Type != EntryType.File ? [] : [FileCapabilities.ToAttribute(file.Capabilities)],
    };
}
