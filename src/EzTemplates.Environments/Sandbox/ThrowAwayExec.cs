using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>Where a throw-away view keeps what is written in it.</summary>
public abstract record ThrowAwayArea
{
    private ThrowAwayArea()
    {
    }

    /// <summary>On a tmpfs that only the sandbox has: it is gone with the last process inside, however that ends.</summary>
    /// <param name="Size">As tmpfs(5) takes it; null: half of the memory.</param>
    public sealed record InMemory(string? Size = null) : ThrowAwayArea;

    /// <summary>In an empty folder of <see cref="StoreLayout.Work"/> that is the caller's.</summary>
    public sealed record OnDisk(string Folder) : ThrowAwayArea;
}

/// <summary>What a throw-away environment shows. The caller keeps the manifest from gc.</summary>
/// <param name="Root">The manifest's root directory.</param>
public sealed record ThrowAwayView(Sha256Digest Manifest, ManifestEntry Root, ThrowAwayArea Area)
{
    /// <summary>What it is to have of its own besides its names, by what is in it.</summary>
    public Func<TreeLook, EnvironmentSetup> SetupOf { get; init; } = _ => EnvironmentSetup.None;
}

/// <summary>
/// Runs a command in a view that nobody else sees: every mount of it is made in the sandbox's own namespace, so that the kernel takes
/// all of it back when the command has ended, or `ez`.
/// </summary>
public sealed class ThrowAwayExec(EnvironmentStore environments)
{
    private const string LogInside = "/dev/.ez-log";

    private readonly StoreLayout _layout = environments.Host.Layout;

    /// <param name="cancellation">Heeded until the command's start; once that runs, signals are its own affair.</param>
    /// <returns>The command's exit status, or 128 + the signal that killed it.</returns>
    /// <exception cref="CommandNotStartedException">126 or 127; any other failure before the start is 125 to who asked.</exception>
    public int Run(ExecRequest request, ThrowAwayView view, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(view);
        var area = AreaOf(view.Area);
        var root = new SandboxRoot(Path.Combine(_layout.Root, area, "root"), Path.Combine(_layout.Root, area, "dev"), thread => Show(thread, view, area))
        {
            Prepare = sandbox => Prepare(sandbox, request, view, cancellation),
        };

        // Before other environments' mounts are kept from changing: it may take a while. The tree is only made where the image fails.
        environments.Host.MakeLayer(view.Manifest, environments.Views.Layers.Kind);
        using var sandbox = Sandbox.Make(request, root, environments.Host.Ids, () => environments.Views.Lock(FileLockMode.Shared));
        return sandbox.Run(request, cancellation) ?? throw new OperationCanceledException(cancellation);
    }

    /// <summary>What an environment gets when it is made, and what is made before the first command in it. That shares the command's network.</summary>
    private void Prepare(Sandbox sandbox, ExecRequest request, ThrowAwayView view, CancellationToken cancellation)
    {
        var tree = sandbox.Folders.Look();

        // Where the tree has no place for a machine-id, nothing asks for one, and random bytes cost the loading of a library.
        sandbox.Folders.Write(NameFiles.ForFresh(request.Environment).Where(file => file.Path != NameFiles.MachineId || tree.Has(file.Path)));
        var setup = view.SetupOf(tree);
        sandbox.Folders.Write(setup.Files);
        if (setup.FirstCommands.IsEmpty)
        {
            return;
        }

        using var log = sandbox.Thread.CreateFile(LogInside);
        sandbox.Thread.RemoveFile(LogInside);
        var run = new FirstCommandRun(request.Environment, log) { Privileges = request.Privileges };
        foreach (var command in setup.FirstCommands)
        {
            var wasKilled = false;
            var failure = run.Run(command, (first, limit) =>
            {
                var status = sandbox.RunBounded(first, limit, null, cancellation);
                wasKilled = status is null;
                return status;
            });
            cancellation.ThrowIfCancellationRequested();
            if (failure is not null)
            {
                var told = new EzException(FailureKind.Environment, $"the throw-away environment {failure}", "ez run --keep NAME makes an environment of it, where the command can be tried again");

                // All that was in the sandbox was killed with it.
                if (wasKilled)
                {
                    throw told;
                }

                environments.Host.Warn(told);
            }
        }
    }

    /// <summary>Relative to the store's root. The tmpfs covers the folder of unfinished work, which no view needs, and only in the sandbox.</summary>
    private string AreaOf(ThrowAwayArea area) =>
        Path.GetRelativePath(_layout.Root, area is ThrowAwayArea.OnDisk disk ? Path.Combine(_layout.Work, Path.GetFileName(disk.Folder)) : _layout.Work);

    private void Show(SandboxThread thread, ThrowAwayView view, string area)
    {
        thread.ChangeFolder(_layout.Root);
        if (view.Area is ThrowAwayArea.InMemory memory)
        {
            ThrowAwayMounts.MountMemory(thread, area, memory.Size);
        }

        new ThrowAwayMounts(environments).Show(thread, area, view.Root, kind =>
        {
            environments.Host.MakeLayer(view.Manifest, kind);
            return Path.GetRelativePath(_layout.Root, _layout.LayerOf(kind, view.Manifest));
        });
    }
}
