using EzTemplates.Domain;

namespace EzTemplates.Formats.Tests.Manifests;

/// <summary>Trees with names of any byte that a name may have, from a seed.</summary>
internal sealed class RandomEntries(int seed)
{
    private readonly Random _random = new(seed);

    public Manifest Manifest()
    {
        var entries = new SortedDictionary<TreePath, ManifestEntry> { [TreePath.Root] = Entry(TreePath.Root, EntryType.Directory) };
        var directories = new List<TreePath> { TreePath.Root };
        for (var i = _random.Next(30); i > 0; i--)
        {
            var path = directories[_random.Next(directories.Count)].Append(Name());
            var type = "fdlcbp"[_random.Next(6)];
            if (entries.TryAdd(path, Entry(path, (EntryType)type)) && type == 'd')
            {
                directories.Add(path);
            }
        }

        foreach (var file in entries.Values.Where(e => e.Type == EntryType.File).ToList())
        {
            // Longer than its target, so after it.
            var path = TreePath.Parse(file.Path.Latin1 + "\xff");
            entries.TryAdd(path, file with { Path = path, Type = EntryType.HardLink, Size = 0, Content = null, Target = file.Path.Latin1 });
        }

        return new Manifest([.. entries.Values]);
    }

    public PackageContents Contents() => new()
    {
        Package = Digest(),
        ArchiveSize = _random.NextInt64(),
        Control = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new ControlMember(Name(), _random.Next(0x1000), new FileTime(_random.Next()), _random.Next(), Digest()))],
        Entries = [.. Manifest().Entries.Reverse().Select(entry => new PackageEntry(entry, Owner(), Owner()))],
    };

    public string Name()
    {
        while (true)
        {
            var name = string.Concat(Enumerable.Range(0, _random.Next(1, 6)).Select(_ => (char)_random.Next(1, 256)));
            if (name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal))
            {
                return name;
            }
        }
    }

    private string Owner() => _random.Next(4) switch
    {
        0 => "",
        1 => "-",
        2 => "root",
        _ => Name(),
    };

    private ManifestEntry Entry(TreePath path, EntryType type) => new()
    {
        Path = path,
        Type = type,
        Mode = _random.Next(0x1000),
        Uid = (uint)_random.NextInt64(0, uint.MaxValue),
        Gid = (uint)_random.Next(3),
        Mtime = new FileTime(_random.Next(-5, int.MaxValue), _random.Next(1_000_000_000)),
        Size = type == EntryType.File ? _random.NextInt64() : 0,
        Content = type == EntryType.File ? Digest() : null,
        Device = type is EntryType.BlockDevice or EntryType.CharacterDevice ? new DeviceNumber((uint)_random.Next(), 0) : default,
        Xattrs = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Name()).Distinct().Order(StringComparer.Ordinal).Select(Attribute)],
        Target = type == EntryType.Symlink ? Name() + "/ " + Name() : "",
    };

    private ExtendedAttribute Attribute(string name)
    {
        var value = new byte[_random.Next(5)];
        _random.NextBytes(value);
        return new ExtendedAttribute(name, [.. value]);
    }

    private Sha256Digest Digest()
    {
        var bytes = new byte[Sha256Digest.ByteCount];
        _random.NextBytes(bytes);
        return new Sha256Digest(bytes);
    }
}
