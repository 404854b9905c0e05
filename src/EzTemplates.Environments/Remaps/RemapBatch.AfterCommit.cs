using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What is done once the history's line is on the disk, or is not to be.</summary>
internal sealed partial class RemapBatch
{
    private void Settle(RemapMember member) => environments.UnsettledOf(member.Name).Settle();

    /// <summary>A failure after the commit leaves the environment on its new version, and what is to be settled to the next mount.</summary>
    private void TakeBackIfFailed(RemapMember member)
    {
        if (!member.IsPrepared || member.IsCommitted)
        {
            return;
        }

        if (member.Entry is not null)
        {
            EnvironmentHistory.TryCut(environments.HistoryOf(member.Name), member.LengthBefore);
            member.Entry = null;
        }

        environments.UnsettledOf(member.Name).TrySettle();
    }

    /// <summary>
    /// Whoever was given a view's path goes on using it; of a failed one as well. What could not be settled is tried again on the way, and
    /// where that works, nothing has failed.
    /// </summary>
    private void MountAgain(List<RemapMember> members)
    {
        var mounted = members.FindAll(member => member.WasMounted);
        mounted.FindAll(member => member.IsCommitted).ForEach(member => member.TryAgain());
        _views.Mount(mounted, member => (member.Entry?.To ?? member.From).Manifest);
        foreach (var member in members.Where(member => member is { IsCommitted: true, Failure: not null } && environments.UnsettledOf(member.Name).IsThere))
        {
            var (failure, name) = (member.Failure!, member.Name);
            member.TryAgain();
            member.Fail(new EzException(
                failure.Kind,
                $"environment `{name}` is `{member.To!.Template}` now, but its private files are not there yet: {failure.Message}",
                $"{failure.Hint}{(failure.Hint is null ? "" : "; then ")}ez env mount {name}",
                failure));
        }
    }

    /// <summary>In the view, which goes again where there was none; a failure is no failure of the remap.</summary>
    private void Rebuild(RemapMember member)
    {
        if (member.Judged.Rebuilds.IsEmpty || !member.IsCommitted)
        {
            return;
        }

        var area = environments.PrivateOf(member.Name);
        using var times = new FolderTimes(area, member.Judged.Rebuilds.SelectMany(cache => cache.MadeIn(area)).Select(path => path.Parent));
        member.Warnings.AddRange(member.Judged.Rebuilds.Select(cache => cache.Rebuild(environments, member.Name, environments.Host.Patience.Cancellation)).OfType<string>());
        environments.KeptBy(member.Name).NoteMade(member.Entry!.Number, area, member.Judged.Rebuilds);
        if (!member.WasMounted)
        {
            environments.Views.Unmount([member.Name]);
        }
    }
}
