using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>A private file that hides what the current version says at its path.</summary>
/// <param name="MadeOn">What the environment mapped to when the private file was made.</param>
public sealed record ShadowingFile(TreePath Path, ManifestEntry Then, ManifestEntry Now, Mapping MadeOn);

/// <summary>What an environment changed against its version. Takes no lock and mounts nothing: a running environment is seen as it is.</summary>
public sealed class EnvironmentDiff
{
    private readonly EnvironmentStore _environments;
    private readonly EnvironmentName _name;
    private readonly ImmutableArray<HistoryEntry> _history;

    /// <exception cref="EzException">Environment: no such one.</exception>
    public EnvironmentDiff(EnvironmentStore environments, EnvironmentName name)
    {
        ArgumentNullException.ThrowIfNull(environments);
        (_environments, _name, _history) = (environments, name, environments.History(name));
        Manifest = environments.Host.ReadManifest(Mapping.Manifest);
    }

    public Mapping Mapping => _history[^1].To;

    public Manifest Manifest { get; }

    /// <summary>Sorted by the paths' raw bytes; read while it is enumerated. What ez itself has given every environment is none of its changes.</summary>
    public IEnumerable<PrivateChange> Changes()
    {
        var area = _environments.PrivateOf(_name);
        return PrivateDiff.Read(area, Manifest, _environments.Host.Ids.Overlay).Where(change => !NameFiles.IsUnedited(area, change, _name));
    }

    /// <summary>
    /// Changed private files whose template file is another now than when they were made. A private file is made when the kernel copies
    /// the template's or when something new takes its place: the birth of its inode says under which mapping. Later writes into it do
    /// not count, since what they wrote into was that copy. Where the file system keeps no time of birth, or it was before the
    /// environment's (a restored backup), every mapping so far may have been the one, and one that differs is enough.
    /// </summary>
    public IEnumerable<ShadowingFile> Shadows() =>
        Changes().Where(change => change is { Kind: PrivateChangeKind.Changed, Template.Type: not EntryType.Directory })
            .Select(change => Hidden(change, change.Template!))
            .OfType<ShadowingFile>();

    private ShadowingFile? Hidden(PrivateChange change, ManifestEntry now)
    {
        foreach (var mapping in MayHaveBeenMadeOn(change.Private?.Birth))
        {
            if (TryRead(mapping) is { } manifest && manifest.Find(change.Path) is { } found && manifest.Resolve(found) is var then
                && (then.Type != now.Type || then.Content != now.Content || then.Target != now.Target || then.Device != now.Device))
            {
                return new ShadowingFile(change.Path, then with { Path = change.Path }, now, mapping);
            }
        }

        return null;
    }

    /// <summary>Null where the store does not keep that version any more.</summary>
    private Manifest? TryRead(Mapping mapping)
    {
        try
        {
            return _environments.Host.ReadManifest(mapping.Manifest);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    // The kernel stamps inodes with a clock that is a tick late; what was made before a move is older, as its view was unmounted and synced since.
    private static readonly TimeSpan Tick = TickOfStamps();

    private IEnumerable<Mapping> MayHaveBeenMadeOn(FileTime? birth)
    {
        var before = birth is { } time
            ? _history.LastOrDefault(entry => ToTime(entry.At - Tick) <= time)
            : null;
        return before is not null ? [before.To] : _history.Reverse().Select(entry => entry.To).Distinct();
    }

    private static TimeSpan TickOfStamps()
    {
        var tick = Linux.TickOfCoarseClock();
        return TimeSpan.FromSeconds(tick.Seconds) + TimeSpan.FromTicks(tick.Nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    private static FileTime ToTime(DateTimeOffset at)
    {
        var ticks = at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return new FileTime(ticks / TimeSpan.TicksPerSecond, (int)(ticks % TimeSpan.TicksPerSecond) * 100);
    }
}
