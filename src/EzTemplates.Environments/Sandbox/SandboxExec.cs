using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>Runs a command in an environment.</summary>
public sealed class SandboxExec(EnvironmentStore environments)
{
    /// <summary>
    /// Mounts or joins the view, runs the command in namespaces of its own, and returns its exit status, or 128 + the signal that
    /// killed it. What it left running is killed. The environment stays in use for as long as this runs.
    /// </summary>
    /// <param name="cancellation">Heeded until the command's start; once that runs, signals are its own affair.</param>
    /// <exception cref="CommandNotStartedException">126 or 127; any other failure before the start is 125 to who asked.</exception>
    public int Run(ExecRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var use = environments.LockForUse(request.Environment);
        environments.EnsureMounted(request.Environment);
        return RunMounted(request, cancellation) ?? throw new OperationCanceledException(cancellation);
    }

    /// <summary>Mounts the view for other programs, which may run things in it: what first commands have to make is made before. It stays mounted.</summary>
    /// <returns>Where it is mounted.</returns>
    public string MountForOthers(EnvironmentName name, CancellationToken cancellation = default)
    {
        using var use = environments.LockForUse(name);
        environments.EnsureMounted(name);
        RunFirstCommands(name, cancellation)?.Dispose();
        cancellation.ThrowIfCancellationRequested();
        return environments.Views.PointOf(name);
    }

    /// <summary>As <see cref="Run"/>, where the caller has the environment's lock and has seen to the view.</summary>
    /// <returns>Null where it was cancelled before the command's start; once that runs, signals are its own affair.</returns>
    internal int? RunMounted(ExecRequest request, CancellationToken cancellation)
    {
        using var inside = RunFirstCommands(request.Environment, cancellation);
        using var sandbox = Make(request);
        return sandbox.Run(request, cancellation);
    }

    /// <summary>As <see cref="RunMounted"/>, for a command that no user waits at.</summary>
    /// <returns>Null where it was killed at the limit, or cancelled.</returns>
    internal int? RunBounded(ExecRequest request, TimeSpan limit, CancellationToken cancellation)
    {
        using var sandbox = Make(request);
        return sandbox.RunBounded(request, limit, null, cancellation);
    }

    private FileLock? RunFirstCommands(EnvironmentName name, CancellationToken cancellation) =>
        environments.FirstCommandsOf(name).Run(environments.PlaceOf(name), (first, limit) => RunBounded(first, limit, cancellation), cancellation);

    private Sandbox Make(ExecRequest request)
    {
        var view = environments.Views.PointOf(request.Environment);
        var root = new SandboxRoot(view, environments.WorkOf(request.Environment), thread => thread.JoinView(view));
        return Sandbox.Make(request, root, environments.Host.Ids, () => environments.Views.Lock(FileLockMode.Shared));
    }
}
