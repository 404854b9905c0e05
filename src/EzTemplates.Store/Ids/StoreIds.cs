using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>Ids of the host that are a user's own, by subuid(5) or subgid(5).</summary>
public readonly record struct IdRange(uint First, uint Count);

/// <summary>
/// Which ids the files of a store can have, and by which attributes its overlays find their objects: what root's store and an ordinary
/// user's differ in. It is the store's own, for good: its trees and private areas are made by it. <c>store/rootless</c> says it; root's
/// store has no such file.
/// </summary>
public abstract record StoreIds
{
    private StoreIds()
    {
    }

    /// <summary>Root's: every id, and attributes that only root may set.</summary>
    public static StoreIds OfRoot { get; } = new All();

    public bool IsRootless => this is not All;

    public OverlayAttributes Overlay => IsRootless ? OverlayAttributes.OfUsers : OverlayAttributes.Trusted;

    /// <summary>Every id of the machine.</summary>
    public sealed record All : StoreIds;

    /// <summary>In the store's user namespace the owner is 0, and the ranges are 1 and up.</summary>
    public sealed record Granted(IdRange Users, IdRange Groups) : StoreIds;

    /// <summary>The owner is 0, and there is no other: all files are his.</summary>
    public sealed record One : StoreIds;

    public bool HasUser(uint id) => Has(id, this is Granted { Users: var range } ? range.Count : 0);

    public bool HasGroup(uint id) => Has(id, this is Granted { Groups: var range } ? range.Count : 0);

    /// <summary>
    /// A manifest as a tree of this store shows it; the manifest itself, and so its digest, stay the same. Where there is one id, all is
    /// its own; device nodes, which no view lets anybody open, and <c>trusted.*</c> attributes are left out where nobody may make them.
    /// </summary>
    public Manifest Shown(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (!IsRootless)
        {
            return manifest;
        }

        var entries = manifest.Entries.Where(entry => entry.Type is not (EntryType.CharacterDevice or EntryType.BlockDevice)).Select(WithoutTrusted);
        return new Manifest([.. this is One ? entries.Select(entry => entry with { Uid = 0, Gid = 0 }) : entries]);
    }

    /// <summary>As a metadata tree of this store has it.</summary>
    internal Manifest InTree(Manifest manifest) => OverlayEscape.Apply(Shown(manifest), Overlay.Prefix);

    /// <summary>What a new store of this process's user will have.</summary>
    /// <param name="etc">Where subuid(5) and subgid(5) lie.</param>
    public static StoreIds OfThisUser(string etc = "/etc")
    {
        if (Libc.EffectiveUserId == 0)
        {
            return OfRoot;
        }

        return SubordinateIds.Find(Path.Combine(etc, "subuid")) is { } users && SubordinateIds.Find(Path.Combine(etc, "subgid")) is { } groups
            && SubordinateIds.CanBeMapped
                ? new Granted(users, groups)
                : new One();
    }

    /// <returns><see cref="OfRoot"/> where the store has no such file.</returns>
    public static StoreIds Read(StoreLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (StoreFile.TryRead(layout.Rootless) is not { } text)
        {
            return OfRoot;
        }

        var lines = Encoding.Latin1.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines switch
        {
            ["one"] => new One(),
            [var users, var groups] when TryRange(users, "users") is { } u && TryRange(groups, "groups") is { } g => new Granted(u, g),
            _ => throw new StoreException($"`{layout.Rootless}` does not say which ids the store has", "use the newer ez that made it, or choose another store with --store DIR"),
        };
    }

    /// <summary>The text of <c>store/rootless</c>; null for root's store.</summary>
    internal byte[]? ToText() => this switch
    {
        Granted(var users, var groups) => Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"users {users.First} {users.Count}\ngroups {groups.First} {groups.Count}\n")),
        One => "one\n"u8.ToArray(),
        _ => null,
    };

    private static ManifestEntry WithoutTrusted(ManifestEntry entry) => entry.Xattrs.IsEmpty
        ? entry
        : entry with { Xattrs = [.. entry.Xattrs.Where(xattr => !xattr.Name.StartsWith("trusted.", StringComparison.Ordinal))] };

    private bool Has(uint id, uint granted) => !IsRootless || id <= granted;

    private static IdRange? TryRange(string line, string word) =>
        line.Split(' ') is [var first, var start, var count] && first == word
        && uint.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
        && uint.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new IdRange(from, number)
            : null;
}
