using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What an environment needs of the store.</summary>
/// <param name="IsCurrent">What it maps to now; else what a roll-back, or the end of a remap that was killed, would need.</param>
public sealed record EnvironmentRoot(EnvironmentName Name, Mapping Mapping, bool IsCurrent)
{
    public StoreRoot ToStoreRoot() =>
        new(Mapping.Manifest, Mapping.Composition, IsCurrent ? $"environment {Name}" : $"environment {Name}, to roll back");
}

/// <summary>
/// For gc, which asks with the store to itself: only reads, repairs nothing and takes no lock, since whoever has a lock of the
/// environments may be waiting for the store. A history that cannot be read is an error: what it names must not be removed.
/// </summary>
public static partial class EnvironmentRoots
{
    public static ImmutableArray<EnvironmentRoot> Of(StoreLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var roots = ImmutableArray.CreateBuilder<EnvironmentRoot>();
        foreach (var folder in Directory.Exists(layout.Environments) ? Directory.EnumerateDirectories(layout.Environments) : [])
        {
            if (EnvironmentName.TryParse(Path.GetFileName(folder), out var name))
            {
                roots.AddRange(OfOne(layout, name));
            }
        }

        return roots.ToImmutable();
    }

    /// <summary>
    /// Manifests that a mount of this namespace stands on, as the kernel tells it. Beside mount points below this store, only overlays
    /// count: their layers are named relative to the store, so one of another store may keep a manifest that this one has too.
    /// </summary>
    public static ImmutableArray<StoreRoot> Mounted(StoreLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var root = Libc.OpenFolder(null, layout.Root);
        var below = (Libc.TryReadSymlink(null, $"/proc/self/fd/{root.DangerousGetHandle()}") ?? layout.Root) + "/";
        return
        [
            .. MountTable.OfThisProcess()
                .Select(mount => (
                    mount.Point,
                    Text: (mount.Point.StartsWith(below, StringComparison.Ordinal) ? mount.Point : "") + (mount.FileSystem == "overlay" ? " " + mount.Options : "")))
                .SelectMany(mount => Layer().Matches(mount.Text).Select(match => (mount.Point, Manifest: Sha256Digest.Parse(match.Groups[1].Value))))
                .Where(use => StoreFile.Exists(layout.ManifestOf(use.Manifest)) || LayerKinds.HasAny(layout, use.Manifest))
                .Select(use => new StoreRoot(use.Manifest, null, $"mounted at {use.Point}")),
        ];
    }

    private static IEnumerable<EnvironmentRoot> OfOne(StoreLayout layout, EnvironmentName name)
    {
        ImmutableArray<HistoryEntry> history;
        try
        {
            history = EnvironmentHistory.Read(Path.Combine(layout.EnvironmentOf(name.ToString()), "history"));
        }
        catch (StoreException) when (!Directory.Exists(layout.EnvironmentOf(name.ToString())))
        {
            return [];
        }

        var last = history[^1];
        var roots = new List<EnvironmentRoot> { new(name, last.To, true) };
        foreach (var earlier in Remapper.Stack(history).SkipLast(1))
        {
            roots.Add(new EnvironmentRoot(name, earlier, false));
        }

        if (last.From is { } from)
        {
            roots.Add(new EnvironmentRoot(name, from, false));
        }

        return roots.Distinct();
    }

    [GeneratedRegex("store/(?:trees|copies|images|layers|views)/([0-9a-f]{64})", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
