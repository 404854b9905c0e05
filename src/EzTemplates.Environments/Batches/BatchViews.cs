using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>The views of several environments, mounted or unmounted together.</summary>
internal sealed class BatchViews(EnvironmentStore environments)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes the locks itself, shared; the views stay mounted for as long as the caller keeps the members.</summary>
    public ExecMembers MountForUse(IEnumerable<EnvironmentName> names)
    {
        var members = new ExecMembers([.. names.Select(name => new ExecMember(name))]);
        var manifests = new Dictionary<EnvironmentName, Sha256Digest>();
        try
        {
            members.Members.Each(member => member.Lock = environments.TakeShared(member.Name));
            members.Members.Each(member => manifests[member.Name] = environments.ReadHistory(member.Name)[^1].To.Manifest);
            Mount([.. members.Members.Where(member => member.GoesOn)], member => manifests[member.Name]);
            return members;
        }
        catch
        {
            members.Dispose();
            throw;
        }
    }

    /// <summary>Of all members, also of those for whom something failed. The caller holds their locks.</summary>
    public void Mount<T>(IReadOnlyList<T> members, Func<T, Sha256Digest> manifest)
        where T : BatchMember
    {
        if (members.Count == 0)
        {
            return;
        }

        var failures = environments.Views.EnsureMounted(
            [.. members.Select(member => new ViewToMount(member.Name, manifest(member), environments.UnsettledOf(member.Name).Settle))]);
        foreach (var member in members.Where(member => failures.ContainsKey(member.Name)))
        {
            member.Fail(failures[member.Name]);
        }
    }

    /// <summary>Of those members that go on. The caller holds their locks exclusively.</summary>
    public void Unmount(IReadOnlyCollection<BatchMember> members, WhenBusy whenBusy)
    {
        var (asked, patience) = (members.Where(member => member.GoesOn).ToList(), environments.Host.Patience);
        TryUnmount(asked);
        for (var told = false; whenBusy == WhenBusy.Wait && asked.Exists(member => member.IsBusy); told = true)
        {
            asked = asked.FindAll(member => member.IsBusy);
            foreach (var busy in told ? [] : asked)
            {
                patience.Announce?.Invoke(new LockWaiting($"environment {busy.Name}: {string.Join(", ", ((BusyEnvironmentException)busy.Failure!).Users)}", []));
            }

            patience.Cancellation.WaitHandle.WaitOne(Pause);
            patience.Cancellation.ThrowIfCancellationRequested();
            asked.ForEach(member => member.TryAgain());
            TryUnmount(asked);
        }
    }

    private void TryUnmount(List<BatchMember> members)
    {
        if (members.Count == 0)
        {
            return;
        }

        var unmounted = environments.Views.Unmount([.. members.Select(member => member.Name)]);
        foreach (var member in members)
        {
            (member.WasMounted, var failure) = unmounted[member.Name];
            if (failure is not null)
            {
                member.Fail(failure);
            }
        }
    }
}
