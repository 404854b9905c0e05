using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez store df</c>: what takes how much on disk, and what gc would free. Takes no lock.</summary>
public static class MeasureStore
{
    public static UseReport Run(Workspace workspace, CancellationToken cancel)
    {
        var use = new StoreUseReader(workspace.Store, cancel).Read();
        var (freed, why) = Freed(workspace);
        return new UseReport(
            [.. use.Templates.Select(template => new UseRow(template.Template, template.Unique, template.Shared))],
            [.. use.Versions.Select(version => new UseRow(version.Version?.ToString() ?? $"manifest {version.Manifest.Short}", version.Unique, version.Shared))],
            [.. use.Environments.Select(environment => new UseRow(environment.Environment, environment.Bytes, 0))],
            use.Shared,
            use.Unused,
            use.Archives,
            use.Metadata,
            use.Catalog,
            use.Other,
            use.Total,
            freed,
            why);
    }

    /// <summary>A damaged history or manifest keeps gc from working, but not the disk from being measured.</summary>
    private static (long? Freed, string? Why) Freed(Workspace workspace)
    {
        try
        {
            return (new GarbageCollection(workspace.Store, CollectGarbage.Rules(workspace)).Plan().FreedBytes, null);
        }
        catch (EzException damaged) when (damaged.Kind == FailureKind.Store)
        {
            return (null, damaged.Message);
        }
    }
}
