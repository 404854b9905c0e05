namespace EzTemplates.Environments;

/// <summary>What becomes the root of a sandbox.</summary>
/// <param name="View">Where it is mounted once <paramref name="Show"/> has run.</param>
/// <param name="Stage">A folder that nothing inside needs; it is covered in the sandbox's own namespace only.</param>
/// <param name="Show">Mounts it in the sandbox's namespace.</param>
internal sealed record SandboxRoot(string View, string Stage, Action<SandboxThread> Show)
{
    /// <summary>Of a view that nobody made before: gives it what an environment has of its own. Nothing that is bound into it shows yet.</summary>
    public Action<Sandbox>? Prepare { get; init; }
}
