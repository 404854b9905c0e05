using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// What environments need of the rest: where they lie, and two services for a manifest, which whoever owns the store does.
/// </summary>
public sealed record EnvironmentHost
{
    public required StoreLayout Layout { get; init; }

    /// <summary>Sees to it that a manifest's metadata layer is whole at <see cref="StoreLayout.LayerOf"/>; called before each mount of it.</summary>
    public required Action<Sha256Digest, LayerKind> MakeLayer { get; init; }

    /// <summary>As the trees of this store show it: <see cref="StoreIds.Shown"/>.</summary>
    public required Func<Sha256Digest, Manifest> ReadManifest { get; init; }

    /// <summary>
    /// Keeps what is unused in the store from being removed until it is disposed of. Held from the look at a manifest that an
    /// environment is to map to, until the history says so.
    /// </summary>
    public required Func<IDisposable> HoldStore { get; init; }

    /// <summary>The configuration files that a mapping's packages name; none where that is not known.</summary>
    public Func<Mapping, ImmutableArray<TreePath>> ConfigurationFiles { get; init; } = _ => [];

    /// <summary>What environments on a mapping have of their own.</summary>
    public Func<Mapping, EnvironmentSetup> SetupOf { get; init; } = _ => EnvironmentSetup.None;

    public StoreIds Ids { get; init; } = StoreIds.OfRoot;

    /// <summary>Null: the form that the running kernel takes.</summary>
    public ViewForm? ForcedForm { get; init; }

    /// <summary>Null: images where the kernel mounts them, else trees, or copies where it needs those.</summary>
    public LayerKind? ForcedLayer { get; init; }

    internal LayerKind Layer => ViewForms.LayerOfThisKernel(Ids, ForcedLayer);

    /// <exception cref="EzException">Environment: no form works on this kernel for an ordinary user.</exception>
    internal ViewForm Form => ViewForms.OfThisKernel(Layer, ForcedForm).RequireFor(Ids);

    /// <summary>Who made a change, for the histories: <c>root</c>, <c>nightly</c>.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>Whom to tell when this waits for another, and when to give up.</summary>
    public LockPatience Patience { get; init; } = LockPatience.Silent;

    /// <summary>Told of what went wrong and stops nothing.</summary>
    public Action<EzException> Warn { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The name of the variable that forces a form: <c>one</c>, <c>two</c> or <c>two-merged</c>.</summary>
    public const string FormVariable = "EZ_VIEW_FORM";

    /// <summary>The name of the variable that forces a kind of metadata layer: <c>image</c>, <c>tree</c> or <c>copy</c>.</summary>
    public const string LayerVariable = "EZ_VIEW_LAYER";
}

/// <summary>What to do about an environment that is in use.</summary>
public enum WhenBusy
{
    /// <summary>Fail, naming who uses it.</summary>
    Fail,

    /// <summary>Announce for whom, and wait.</summary>
    Wait,
}
