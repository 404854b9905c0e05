using System.Diagnostics.CodeAnalysis;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Testing;

/// <summary>Manifests that a kernel can show: entries by hand, and random ones with any names, links, devices and attributes.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Test data, not secrets.")]
public sealed class LayerEntries(Random random)
{
    private const int LongestPath = 3500;

    /// <summary>Adds the folders that are missing above the entries.</summary>
    public static Manifest Manifest(params ManifestEntry[] entries)
    {
        var all = new SortedDictionary<TreePath, ManifestEntry> { [TreePath.Root] = Folder("/") };
        foreach (var entry in entries)
        {
            all[entry.Path] = entry;
            for (var above = entry.Path.Parent; !all.ContainsKey(above); above = above.Parent)
            {
                all[above] = Folder(above.Latin1);
            }
        }

        return new Manifest([.. all.Values]);
    }

    public static ManifestEntry Folder(string path) => Entry(path, EntryType.Directory) with { Mode = 0b111_101_101 };

    /// <summary>A file of which only the name of its content is known.</summary>
    public static ManifestEntry File(string path, long size, int content = 0) => Entry(path, EntryType.File) with
    {
        Size = size,
        Content = Sha256Digest.Of(Encoding.ASCII.GetBytes($"{size} {content}")),
    };

    public static ManifestEntry Link(string path, string target) => Entry(path, EntryType.Symlink) with { Mode = 0b111_111_111, Target = target };

    public Manifest Manifest(int count)
    {
        var entries = new Dictionary<TreePath, ManifestEntry>();
        var folders = new List<TreePath> { TreePath.Root };
        var files = new List<TreePath>();
        var times = Enumerable.Range(0, 3).Select(_ => new FileTime(random.NextInt64(int.MaxValue), random.Next(2) * random.Next(1_000_000_000))).ToArray();
        for (var i = 0; i < count; i++)
        {
            var parent = folders[random.Next(3) == 0 ? folders.Count - 1 : random.Next(folders.Count)];
            var path = parent.Append(Name());
            if (path.Latin1.Length > LongestPath || entries.ContainsKey(path))
            {
                continue;
            }

            var entry = RandomEntry(path, times);
            entries.Add(path, entry);
            (entry.Type == EntryType.Directory ? folders : entry.Type == EntryType.File ? files : []).Add(path);
        }

        foreach (var file in files.Where(_ => random.Next(8) == 0))
        {
            var path = TreePath.Parse(file.Latin1 + "\xff");
            entries.TryAdd(path, Entry(path.Latin1, EntryType.HardLink) with { Target = file.Latin1, Mode = entries[file].Mode });
        }

        return Manifest([.. entries.Values.Where(entry => entry.Path.Name.Length <= 255)]);
    }

    /// <summary>Any bytes but slash and NUL, now and then as many as there may be.</summary>
    public string Name()
    {
        while (true)
        {
            var length = random.Next(12) == 0 ? 254 : random.Next(1, 12);
            var name = string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next(1, 256))).Replace('/', '_');
            if (name is not ("." or ".." or ".ez-objects"))
            {
                return name;
            }
        }
    }

    private ManifestEntry RandomEntry(TreePath path, FileTime[] times)
    {
        var type = (EntryType)"ffffffdddlcbp"[random.Next(13)];
        var entry = type == EntryType.File ? File(path.Latin1, random.Next(5) == 0 ? 0 : random.NextInt64(1L << random.Next(1, 43)), random.Next(3)) : Entry(path.Latin1, type);
        return entry with
        {
            Mode = type == EntryType.Symlink ? 0b111_111_111 : random.Next(0x1000),
            Uid = random.Next(4) == 0 ? (uint)random.NextInt64(uint.MaxValue) : 0,
            Gid = (uint)random.Next(3),
            Mtime = times[random.Next(times.Length)],
            Device = type is EntryType.BlockDevice or EntryType.CharacterDevice ? new DeviceNumber((uint)random.Next(1, 4096), (uint)random.Next(1 << 20)) : default,
            Target = type == EntryType.Symlink ? new string('t', random.Next(20) == 0 ? random.Next(1, 4096) : random.Next(1, 40)) : "",
            Xattrs = random.Next(4) == 0 ? Xattrs(type) : [],
        };
    }

    // user.* is for files and folders alone (xattr(7)).
    private System.Collections.Immutable.ImmutableArray<ExtendedAttribute> Xattrs(EntryType type)
    {
        string[] spaces = type is EntryType.File or EntryType.Directory ? ["user.", "trusted.", "security.ez."] : ["trusted."];
        return
        [
            .. Enumerable.Range(0, random.Next(1, 4)).Select(i => spaces[random.Next(spaces.Length)] + "x" + random.Next(3)).Distinct().Order(StringComparer.Ordinal)
                .Select(name => new ExtendedAttribute(name, [.. Enumerable.Range(0, random.Next(3) * 40).Select(i => (byte)(i * random.Next(2)))])),
        ];
    }

    private static ManifestEntry Entry(string path, EntryType type) => new()
    {
        Path = TreePath.Parse(path),
        Type = type,
        Mode = 0b110_100_100,
        Uid = 0,
        Gid = 0,
        Mtime = new FileTime(1_700_000_000),
    };
}
