using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// What environments need of the rest: where they lie, and two questions about a manifest, which whoever owns the store answers.
/// </summary>
public sealed record EnvironmentHost
{
    public required StoreLayout Layout { get; init; }

    /// <summary>Sees to it that a manifest's metadata tree is whole at <see cref="StoreLayout.TreeOf"/>; called before each mount of it.</summary>
    public required Action<Sha256Digest> MakeTree { get; init; }

    public required Func<Sha256Digest, Manifest> ReadManifest { get; init; }

    /// <summary>
    /// Keeps what is unused in the store from being removed until it is disposed of. Held from the look at a manifest that an
    /// environment is to map to, until the history says so.
    /// </summary>
    public required Func<IDisposable> HoldStore { get; init; }

    /// <summary>Null: the form that the running kernel takes.</summary>
    public ViewForm? ForcedForm { get; init; }

    /// <summary>Who made a change, for the histories: <c>root</c>, <c>nightly</c>.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>Whom to tell when this waits for another, and when to give up.</summary>
    public LockPatience Patience { get; init; } = LockPatience.Silent;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The name of the variable that forces a form: <c>one</c>, <c>two</c> or <c>two-merged</c>.</summary>
    public const string FormVariable = "EZ_VIEW_FORM";
}

/// <summary>What to do about an environment that is in use.</summary>
public enum WhenBusy
{
    /// <summary>Fail, naming who uses it.</summary>
    Fail,

    /// <summary>Announce for whom, and wait.</summary>
    Wait,
}
