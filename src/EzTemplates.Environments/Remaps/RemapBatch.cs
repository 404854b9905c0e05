using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Where an environment is to go, by its history. What it says with the environment's lock held counts.</summary>
public delegate Mapping RemapTarget(EnvironmentName environment, ImmutableArray<HistoryEntry> history);

/// <summary>What a remap came to.</summary>
/// <param name="From">What it mapped to; null where that is not known.</param>
/// <param name="To">Null where it failed.</param>
/// <param name="Entry">The line that the history gained; null where it maps to that already.</param>
public sealed record RemapOutcome(EnvironmentName Environment, Mapping? From, Mapping? To, HistoryEntry? Entry, EzException? Failure)
{
    /// <summary>What became of its private files; those that the new version has nothing to do with are not told.</summary>
    public ImmutableArray<RemapPath> Paths { get; init; } = [];

    /// <summary>What is to be made up for, with the command.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>
/// Remaps of several environments, step by step for all of them, so that what costs the same for one as for all (looks at /proc and
/// at the table of mounts, syncs) is done once. Each environment has a commit of its own, its history's line: wherever this is
/// killed, each is wholly before or wholly after. What a line says is on the disk before any line is written.
/// </summary>
internal sealed partial class RemapBatch(EnvironmentStore environments, RemapTarget target, RemapOptions options)
{
    /// <summary>How much merged text each of several members may hold; an rpm database has tens of megabytes.</summary>
    private const int MostHeld = 1 << 20;

    private readonly BatchViews _views = new(environments);
    private readonly RemapJudge _judge = new(environments);
    private readonly Func<Sha256Digest, Manifest> _read = environments.Host.ReadManifest;

    /// <summary>In the order of names, so that two batches do not wait for each other's.</summary>
    public List<RemapMember> Run(IEnumerable<EnvironmentName> names)
    {
        var members = names.Order().Select(name => new RemapMember(name)).ToList();
        try
        {
            members.Each(SkipIfThere);
            members.Each(TakeLock);
            members.Each(Look);
            members.EachAtOnce(members.Count == 1 ? JudgePrivate : JudgeAhead);
            if (members.Exists(member => member.GoesOn))
            {
                Execute(members);
            }

            return members;
        }
        finally
        {
            members.DisposeAll();
        }
    }

    private void Execute(List<RemapMember> members)
    {
        // Before the store is held: with --wait this takes as long as somebody works in a view, and gc must not wait for that.
        _views.Unmount(members, options.WhenBusy);
        try
        {
            Commit(members);
        }
        finally
        {
            MountAgain(members);
        }

        members.EachCommitted(Rebuild);
    }

    private void Commit(List<RemapMember> members)
    {
        using var held = environments.Host.HoldStore();
        members.Each(MakeLayer);
        members.Each(SettleEarlier);
        members.EachAtOnce(Prepare);
        members.Together(SyncPrepared);
        members.Each(Append);
        members.Together(SyncHistories);
        members.EachCommitted(Settle);
        members.ForEach(TakeBackIfFailed);
    }

    /// <summary>Nothing to do is not refused because something runs there. Where a roll-back goes is not known without the lock.</summary>
    private void SkipIfThere(RemapMember member)
    {
        if (options.Action != MappingAction.Rollback)
        {
            member.History = environments.ReadHistory(member.Name);
            member.To = target(member.Name, member.History);
            member.IsDone = member.From == member.To;
        }
    }

    private void TakeLock(RemapMember member) => member.Lock = environments.TakeExclusively(member.Name, options.WhenBusy);

    private void Look(RemapMember member)
    {
        // Where a killed remap left its steps to be done; then no view is mounted.
        environments.UnsettledOf(member.Name).Settle();
        member.History = environments.ReadHistory(member.Name);
        member.To = target(member.Name, member.History);
        member.IsDone = member.From == member.To;
    }

    private void JudgePrivate(RemapMember member)
    {
        member.Judged = _judge.Judge(member.Name, member.History, member.To!, options.Action);
        if (!member.Judged.Conflicts.IsEmpty)
        {
            throw RemapPlan.Refusal(member.Name, member.To!, member.Judged.Conflicts);
        }
    }

    private void JudgeAhead(RemapMember member)
    {
        JudgePrivate(member);
        member.IsJudgedAgain = member.Judged.Bytes > MostHeld;
        member.Judged = member.IsJudgedAgain ? member.Judged.Verdict : member.Judged;
    }

    private void MakeLayer(RemapMember member)
    {
        // The manifest may have been read before the store was held, and gc may have been there since. A manifest goes after its layers:
        // where there is one, the manifest is there; where there is none, it is read from the disk.
        environments.Views.Layers.Make(member.To!.Manifest);
    }

    /// <summary>A remap that was killed after its commit may have left the private area behind; its note would be written over.</summary>
    private void SettleEarlier(RemapMember member) => environments.UnsettledOf(member.Name).Settle();

    /// <summary>What may be done before the commit, since the old view shows the same after it.</summary>
    private void Prepare(RemapMember member)
    {
        var area = environments.PrivateOf(member.Name);
        if (member.WasMounted || member.IsJudgedAgain)
        {
            // Who had a mounted view's path could write until now.
            JudgePrivate(member);
        }

        // As what is judged, of a private area that nobody can write into.
        member.Hiding = HiddenPaths.In(area, (_read(member.From.Manifest), _read(member.To!.Manifest)), member.Judged, environments.Host.Ids.Overlay);
        member.IsPrepared = true;

        // Those of long ago may have gone with a gc: a folder that only they had counts as the environment's own.
        var earlier = new Lazy<ImmutableArray<Manifest>>(() =>
        [
            .. member.History.Select(entry => entry.To.Manifest).Distinct()
                .Where(digest => StoreFile.Exists(environments.Host.Layout.ManifestOf(digest))).Select(digest => _read(digest)),
        ]);
        var number = member.History[^1].Number + 1;
        environments.UnsettledOf(member.Name).Write(member.From.Manifest, member.To!.Manifest, number);
        environments.KeptBy(member.Name).Stage(number, member.Judged.Steps, step => new AreaPlace(area, step.Path), environments.Host.Ids.Overlay);
        member.Judged = member.Judged.Verdict;
        environments.FirstCommandsOf(member.Name).Move(_judge.Brought(member.From, member.To), _read(member.From.Manifest), () => _read(member.To.Manifest));
        PrivateArea.Drop(area, member.Judged.Dropped);
        PrivateArea.MakeIndependent(area, environments.Host.Ids.Overlay, _read(member.From.Manifest), path => earlier.Value.Any(manifest => manifest.Find(path)?.Type == EntryType.Directory));
        using (var work = Libc.OpenFolder(null, environments.WorkOf(member.Name)))
        {
            FolderRemoval.Empty(work);
        }
    }

    /// <summary>A history's line must not outlive a power loss that this does not: an old copy would hide the new version's file.</summary>
    private void SyncPrepared(IReadOnlyList<RemapMember> members) => SyncFileSystems(members.Select(member => environments.PrivateOf(member.Name)));

    private void Append(RemapMember member)
    {
        var entry = environments.Entry(member.History[^1].Number + 1, options.Action, member.From, member.To!);
        member.LengthBefore = EnvironmentHistory.Append(environments.HistoryOf(member.Name), entry);
        member.Entry = entry;
    }

    /// <summary>A file's own sync does not wait for what others have written; for several, the file system's is less.</summary>
    private void SyncHistories(IReadOnlyList<RemapMember> members)
    {
        if (members is [var only])
        {
            EnvironmentHistory.Sync(environments.HistoryOf(only.Name));
        }
        else
        {
            SyncFileSystems(members.Select(member => environments.HistoryOf(member.Name)));
        }

        foreach (var member in members)
        {
            member.IsCommitted = true;
        }
    }

    private static void SyncFileSystems(IEnumerable<string> paths)
    {
        var synced = new HashSet<DeviceNumber>();
        foreach (var path in paths.Where(path => synced.Add(Libc.Status(null, path).Device)))
        {
            using var any = Libc.Open(null, path, OpenFlags.Read | OpenFlags.NoFollow);
            Libc.SyncFileSystem(any);
        }
    }
}
