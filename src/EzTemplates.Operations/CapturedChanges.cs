using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>Takes what scripts changed into a tree, as it is to be in every build: generated files have the lock's time, instance data goes.</summary>
/// <param name="started">What has this time or a later one was made by a script.</param>
/// <param name="authorAt">The package whose script set a time, by its place in the provenance.</param>
internal sealed class CapturedChanges(ConfigureSubject subject, FileTime started, Func<FileTime, int> authorAt)
{
    private const int ReadableByAll = 0b100_100_100;

    private readonly FileTime _epoch = new(subject.Epoch);

    // The kernel stamps files with a clock that is a tick late.
    private readonly FileTime _started = new(started.Seconds - 1, started.Nanoseconds);

    public void Apply(TreeEdit tree, IEnumerable<CapturedPath> captured)
    {
        foreach (var change in captured)
        {
            switch (change)
            {
                case CapturedPath.Removed:
                    tree.Remove(change.Path);
                    break;
                case CapturedPath.Linked linked when tree.Find(linked.File) is not null:
                    tree.PutLinkByScript(linked.Path, linked.File, authorAt(change.Times.Changed));
                    break;
                case CapturedPath.Changed { Entry: var entry }:
                    Apply(tree, entry, change.Times);
                    break;
                default:
                    break;
            }
        }
    }

    private void Apply(TreeEdit tree, ManifestEntry entry, CapturedTimes times)
    {
        if (entry.Type is EntryType.CharacterDevice or EntryType.BlockDevice && !subject.AllowDevices)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"a maintainer script of `{subject.Name}` made the device node `{entry.Path}`, which the recipe does not allow",
                "`devices: allow` in the recipe lets packages bring device nodes");
        }

        switch (InstanceData.FateOf(entry, subject.InstanceData))
        {
            case InstanceFate.LeftOut:
                tree.Remove(entry.Path);
                break;
            case InstanceFate.Emptied:
                Put(tree, entry with { Mtime = _epoch, Size = 0, Content = Sha256Digest.Of([]), Mode = ReadableByAll }, times);
                break;
            default:
                Put(tree, entry with { Mtime = entry.Mtime >= _started || entry.Mtime > _epoch ? _epoch : entry.Mtime }, times);
                break;
        }
    }

    private void Put(TreeEdit tree, ManifestEntry entry, CapturedTimes times)
    {
        // A folder in which something was made is no work of a script's own.
        var before = tree.Find(entry.Path);
        if (before is { Type: EntryType.Directory } && before with { Mtime = entry.Mtime } == entry)
        {
            tree.PutTime(entry.Path, entry.Mtime);
            return;
        }

        var (born, changed) = (authorAt(times.Born ?? times.Changed), authorAt(times.Changed));
        if (entry.Type == EntryType.Directory)
        {
            // Its last change may be what another script made in it. One that was there came into the upper layer for whatever was first.
            tree.PutByScript(entry, before is null || born == changed ? born : TreeEdit.NoPackage);
            return;
        }

        tree.PutByScript(entry, born);
        tree.PutByScript(entry, changed);
    }
}
