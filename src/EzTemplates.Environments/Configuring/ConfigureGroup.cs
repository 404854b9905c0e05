using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Bounds how many processes a sandbox has and how much memory they take, by what <see cref="ScriptBounds"/> says: control groups of
/// version 2, into which a command is put before it runs; of version 1, into which the thread is put that starts all; or limits that a
/// command is given before it runs. Memory that is swapped out counts as well, where the kernel counts it.
/// </summary>
internal sealed class ConfigureGroup : IDisposable
{
    private const string Tasks = "tasks";
    private const string Processes = "cgroup.procs";

    private readonly ConfigureLimits _limits;
    private readonly GroupFolders _folders = new();
    private readonly List<string> _separate = [];
    private string? _unified;
    private bool _limitsMemory;
    private bool _limitsProcesses;

    private ConfigureGroup(ConfigureLimits limits) => _limits = limits;

    /// <summary>What a command has to pass through before it runs; null: nothing.</summary>
    public Action<int>? Admission => _unified is null && !_limitsMemory && !_limitsProcesses ? null : Admit;

    /// <summary>A bound that the kernel refuses after all gives way to the next best.</summary>
    public static ConfigureGroup Make(ConfigureLimits limits)
    {
        var (made, bounds) = (new ConfigureGroup(limits), limits.Bounds ?? ScriptBounds.OfThisProcess());
        if (bounds.Memory is BoundPlace.Unified unified)
        {
            made._unified = made._folders.TryMakeUnified(unified, [("pids.max", limits.Processes), ("memory.max", limits.Memory)], ("memory.swap.max", 0));
        }

        if (made._unified is null)
        {
            made._limitsProcesses = !made.TryMake(bounds.Processes, "pids.max", limits.Processes) && bounds.Processes is not BoundPlace.Nothing;
            made._limitsMemory = !made.TryMake(bounds.Memory, "memory.limit_in_bytes", limits.Memory, ("memory.memsw.limit_in_bytes", limits.Memory));
        }

        return made;
    }

    /// <summary>From here on the thread, and all that it starts, counts.</summary>
    public void Take(SandboxThread thread)
    {
        if (_separate.Count > 0)
        {
            var id = thread.Native.System(SystemCallNumber.GetThreadId).Value;
            _separate.RemoveAll(folder => !GroupFolders.TryWrite(Path.Combine(folder, Tasks), id));
        }
    }

    /// <summary>What the groups have seen; limits of processes tell nothing.</summary>
    public ExceededBounds Exceeded
    {
        get
        {
            var folders = _unified is null ? _separate : [_unified];
            return (folders.Exists(folder => GroupFolders.Count(folder, "pids.events", "max") > 0) ? ExceededBounds.Processes : ExceededBounds.None)
                | (folders.Exists(folder => GroupFolders.Count(folder, "memory.events", "oom_kill") > 0 || GroupFolders.Count(folder, "memory.oom_control", "oom_kill") > 0)
                    ? ExceededBounds.Memory
                    : ExceededBounds.None);
        }
    }

    /// <summary>Once nothing of it runs.</summary>
    public void Dispose() => _folders.Dispose();

    private void Admit(int pid)
    {
        if (_unified is not null && !GroupFolders.TryWrite(Path.Combine(_unified, Processes), pid))
        {
            (_unified, _limitsMemory, _limitsProcesses) = (null, true, true);
        }

        if (_limitsMemory)
        {
            ProcessLimits.SetMemory(pid, _limits.Memory);
        }

        if (_limitsProcesses)
        {
            ProcessLimits.SetProcesses(pid, _limits.Processes);
        }
    }

    private bool TryMake(BoundPlace place, string file, long limit, params IReadOnlyList<(string File, long Limit)> swap)
    {
        if (place is BoundPlace.Separate separate && _folders.TryMake(separate.Folder, [(file, limit)], swap) is { } made)
        {
            _separate.Add(made);
            return true;
        }

        return false;
    }
}
