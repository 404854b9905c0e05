using System.Globalization;
using EzTemplates.Environments;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>What commands that were killed left in the store. (Of an ordinary user's namespaces nothing can be left: they end with their last process.)</summary>
internal static class LeftOverChecks
{
    private const string Check = "left-over";

    /// <summary>Before the store is opened: by whoever may remove files of each owner, that removes it unasked.</summary>
    public static IEnumerable<DoctorFinding> Run(Examination at)
    {
        if (File.Exists(at.Layout.Format) && Libc.TryStatus(null, at.Layout.Root)?.Uid == Libc.EffectiveUserId)
        {
            yield return ExamineHost.Guarded(Check, () => Look(at));
        }
    }

    /// <summary>By opening, which removes what is left of builds, and by listing, which removes half-made environments.</summary>
    public static void Remove(Workspace workspace) => _ = workspace.Environments.List();

    private static DoctorFinding Look(Examination at)
    {
        var left = LeftIn(at.Layout);
        if (left.Count == 0)
        {
            return DoctorFinding.Ok(Check, "nothing of commands that were killed");
        }

        var found = Describe(left);
        if (!at.Request.Fix)
        {
            return DoctorFinding.Warning(Check, found, "ez doctor --fix; the next command that changes something removes it as well");
        }

        if (Environment.IsPrivilegedProcess)
        {
            Remove(at.Workspace);
        }
        else if (new StoreNamespaces(at.Layout, at.Workspace.Store.Ids, at.Workspace.Patience).Run(at.Request.Command) != 0)
        {
            return DoctorFinding.Problem(Check, found, "what was said above stands in its way");
        }

        var stayed = LeftIn(at.Layout).Intersect(left).ToList();
        return stayed.Count == 0
            ? DoctorFinding.MendedNow(Check, "removed " + found)
            : DoctorFinding.Problem(Check, "could not remove all, there still are " + Describe(stayed), $"lsattr -R {at.Layout.Work} {at.Layout.Environments} shows files that chattr made immutable");
    }

    private static List<string> LeftIn(StoreLayout layout) => [.. ContentStore.AbandonedWork(layout), .. HalfMade(layout)];

    private static string Describe(List<string> left) =>
        string.Create(CultureInfo.InvariantCulture, $"{left.Count} unfinished of commands that were killed: {string.Join(", ", left)}");

    /// <summary>None where a command is at work on one.</summary>
    private static IEnumerable<string> HalfMade(StoreLayout layout)
    {
        using var quiet = FileLock.TryAcquire(layout.EnvironmentNamesLock, FileLockMode.Exclusive);
        return quiet is null || !Directory.Exists(layout.Environments)
            ? []
            : [.. UnfinishedEnvironments.LeftOver(layout).Select(folder => Path.GetFileName(folder))];
    }
}
