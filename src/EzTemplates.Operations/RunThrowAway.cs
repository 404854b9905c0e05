using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>A command to run in an environment that is gone afterwards.</summary>
/// <param name="Template"><c>nginx</c>, <c>nginx@1.0.3</c>, or the path of a recipe.</param>
/// <param name="Execute">The command; its environment's name is <see cref="Keep"/>, or the template's.</param>
public sealed record RunRequest(string Template, ExecuteRequest Execute)
{
    /// <summary>Applications to show as well.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    /// <summary>What it writes is kept on the store's file system meanwhile, not in memory.</summary>
    public bool IsOnDisk { get; init; }

    /// <summary>Of the memory that it may fill, as tmpfs(5) takes it; null: half.</summary>
    public string? MemorySize { get; init; }

    /// <summary>The environment to make of it; null: it is thrown away.</summary>
    public string? Keep { get; init; }
}

/// <summary><c>ez run</c>: a fresh view for one command. Called a thousand times a day, so it does nothing that the view does not need.</summary>
public static class RunThrowAway
{
    private const string NamelessHost = "run";

    public static async Task<ExecuteOutcome> RunAsync(Workspace workspace, RunRequest request, CancellationToken cancel)
    {
        var shown = await RunChoice.ForAsync(workspace, request.Template, request.With, cancel).ConfigureAwait(false);
        return request.Keep is { } name ? Keep(workspace, request, name, shown, cancel) : Run(workspace, request, shown, cancel);
    }

    /// <summary>What would run, and where; a recipe is not built.</summary>
    public static async Task<RunPlanReport> PlanAsync(Workspace workspace, RunRequest request, CancellationToken cancel)
    {
        var (template, manifest) = await RunChoice.PlanAsync(workspace, request.Template, request.With, cancel).ConfigureAwait(false);
        return new RunPlanReport(template, manifest?.ToString(), request.Keep is not null ? "kept" : request.IsOnDisk ? "disk" : "memory", request.Keep);
    }

    private static ExecuteOutcome Run(Workspace workspace, RunRequest request, ShownTemplate shown, CancellationToken cancel)
    {
        using var held = workspace.Store.HoldManifest(shown.Manifest);
        using var folder = request.IsOnDisk ? workspace.Store.MakeWorkFolder() : null;
        ThrowAwayArea area = folder is null ? new ThrowAwayArea.InMemory(ParseSize(request.MemorySize)) : new ThrowAwayArea.OnDisk(folder.Root);
        var setups = new EnvironmentSetups(workspace);
        var view = new ThrowAwayView(shown.Manifest, held.ReadRoot(), area) { SetupOf = tree => setups.OfThrowAway(shown.Template, tree) };
        return ExecuteInEnvironment.Outcome(() =>
            new ThrowAwayExec(workspace.Environments).Run(ExecuteInEnvironment.Parse(request.Execute, HostNameOf(shown.Template)), view, cancel));
    }

    private static ExecuteOutcome Keep(Workspace workspace, RunRequest request, string name, ShownTemplate shown, CancellationToken cancel)
    {
        var environment = EnvironmentName.Parse(name);
        CreateEnvironments.Create(workspace, environment, shown.ToMapping());
        return ExecuteInEnvironment.Run(workspace, request.Execute with { Environment = name }, cancel);
    }

    /// <summary>A template's name has a letter or two that a host's may not have.</summary>
    private static EnvironmentName HostNameOf(string template) =>
        EnvironmentName.TryParse(template.Split('@')[0], out var name) ? name : EnvironmentName.Parse(NamelessHost);

    /// <exception cref="EzException">Usage: not a size. The kernel would only say that the mount is invalid.</exception>
    private static string? ParseSize(string? size)
    {
        var digits = size?.TrimEnd('k', 'K', 'm', 'M', 'g', 'G', '%');
        return size is null || (digits!.Length > 0 && size.Length - digits.Length <= 1 && digits.All(char.IsAsciiDigit) && digits.Any(c => c != '0'))
            ? size
            : throw new EzException(FailureKind.Usage, $"`{size}` is no size for a tmpfs", "--tmpfs-size 512m, 2g or 25%");
    }
}
