using System.Text.Json.Serialization;
using EzTemplates.Domain;

namespace EzTemplates.Operations;

// What operations answer: plain values that print as text or, with --json, as one object whose shape these records are.
// `Schema` names the shape and its version; a field may be added under the same number, never removed or given another meaning.

/// <param name="Schema">First in the object.</param>
public abstract record Report([property: JsonPropertyOrder(-1)] string Schema);

public sealed record StepTime(string Step, double Seconds);

/// <param name="Changes">One line a package that was added, removed or changed, against the previous lock; empty for a first lock.</param>
/// <param name="Causes">Why, for each of them.</param>
public sealed record LockSummary(string Template, string Version, string Path, bool Changed, int Packages, IReadOnlyList<string> Changes, IReadOnlyList<string> Causes);

/// <param name="Outcome"><c>built</c>, <c>present</c> (the store had this version), or <c>planned</c> on a dry run; then the downloaded bytes are those to come.</param>
/// <param name="NewBytes">Bytes of the objects that this build added.</param>
/// <param name="SharedBytes">Bytes of this version's files that the store had before, or that several of its paths share.</param>
public sealed record BuildSummary(
    string Template,
    string Version,
    string Manifest,
    string Outcome,
    int Packages,
    int Files,
    long DownloadedBytes,
    long NewObjects,
    long NewBytes,
    long SharedBytes);

public sealed record LocksReport(IReadOnlyList<LockSummary> Locks, IReadOnlyList<StepTime> Steps) : Report("ez.lock/1");

public sealed record BuildsReport(IReadOnlyList<BuildSummary> Builds, IReadOnlyList<StepTime> Steps) : Report("ez.build/1");

/// <param name="Action"><c>created</c>, <c>upgraded</c>, <c>unchanged</c>, or <c>planned</c> on a dry run.</param>
/// <param name="Enter">The command that opens a shell in it.</param>
public sealed record UpReport(
    IReadOnlyList<LockSummary> Locks,
    IReadOnlyList<BuildSummary> Builds,
    string Environment,
    string Action,
    string Version,
    string Enter,
    IReadOnlyList<StepTime> Steps) : Report("ez.up/1");

/// <param name="Failures">Applications that could not follow their base, each with the reason; their environments stay as they are.</param>
/// <param name="Movable">Environments whose template has a newer version now.</param>
public sealed record UpdateReport(
    IReadOnlyList<LockSummary> Locks,
    IReadOnlyList<BuildSummary> Builds,
    IReadOnlyList<UpdateFailure> Failures,
    IReadOnlyList<MovableEnvironment> Movable,
    IReadOnlyList<StepTime> Steps) : Report("ez.update/1");

public sealed record UpdateFailure(string Template, string Reason, string? Hint);

public sealed record MovableEnvironment(string Environment, string From, string To);

/// <param name="Chain">From a top-level package to the one that was asked about.</param>
/// <param name="Cause"><c>root</c> or <c>essential</c>.</param>
public sealed record WhyAnswer(string Template, string Version, string Package, string PackageVersion, string Cause, IReadOnlyList<string> Chain);

public sealed record WhyReport(string Package, IReadOnlyList<WhyAnswer> Answers) : Report("ez.why/1");

public sealed record TemplateRow(string Template, string Version, string Kind, string? Base, int Packages, int Files, long Bytes, bool Configured, DateTimeOffset Committed);

public sealed record TemplatesReport(IReadOnlyList<TemplateRow> Templates) : Report("ez.templates/1");

public sealed record TemplatePackage(string Name, string Version, string Architecture, string Source, string Reason);

/// <param name="Path">A path or pattern that is in no version.</param>
/// <param name="Made">Who or what makes it in each environment.</param>
public sealed record TemplateInstanceData(string Path, string Made);

/// <param name="InstanceData">What the recipe adds to the common table.</param>
public sealed record TemplateReport(
    TemplateRow Version,
    string Manifest,
    string LockDigest,
    IReadOnlyList<TemplatePackage> Packages,
    IReadOnlyList<TemplateInstanceData> InstanceData) : Report("ez.template/1");

public sealed record PathPackage(string Name, string Version, string Architecture);

/// <param name="User">By the version's own passwd; null where that does not know the number.</param>
public sealed record PathOwner(uint Uid, uint Gid, string? User, string? Group);

/// <param name="Act"><c>made</c> or <c>changed</c>.</param>
/// <param name="Package">Null where it may have been one of several.</param>
public sealed record PathScript(string Act, string? Package);

/// <summary>dpkg-divert(1): what other packages have as <paramref name="From"/> is <paramref name="To"/>.</summary>
/// <param name="Package">Whose own file is still <paramref name="From"/>; null: nobody's, the administrator diverts it.</param>
public sealed record PathDiversion(string From, string To, string? Package);

/// <param name="Path">The asked path, once links on its way are followed.</param>
/// <param name="Size">Null for all but files and their further names.</param>
/// <param name="Package">Null for what no package brought.</param>
/// <param name="Conffile">The packages whose configuration it is.</param>
/// <param name="Instance">The command that makes an environment's own; null where all have this one.</param>
public sealed record TemplatePathReport(
    string Version,
    string Asked,
    string Path,
    string Type,
    string Mode,
    PathOwner Owner,
    long? Size,
    string? Digest,
    DateTimeOffset Modified,
    string? Target,
    IReadOnlyList<string> Attributes,
    PathPackage? Package,
    IReadOnlyList<PathScript> Scripts,
    IReadOnlyList<string> Conffile,
    PathDiversion? Diversion,
    string? Instance,
    IReadOnlyList<string> Notes) : Report("ez.template-path/1");

public sealed record EnvironmentRow(string Name, string Version, bool Mounted, int Mappings, DateTimeOffset Created);

public sealed record EnvironmentsReport(IReadOnlyList<EnvironmentRow> Environments) : Report("ez.environments/1");

/// <param name="From">Null for the first mapping.</param>
public sealed record MappingRow(int Number, DateTimeOffset At, string By, string Action, string? From, string To);

/// <param name="View">The kernel form of the view, and whether an overlay may be mounted inside it.</param>
/// <param name="Layer">What its version's metadata is: <c>image</c> or <c>tree</c>.</param>
/// <param name="PrivateBytes">Bytes that the private area takes on disk.</param>
public sealed record EnvironmentReport(
    EnvironmentRow Environment,
    string Manifest,
    string View,
    string Layer,
    string Root,
    long PrivateBytes,
    IReadOnlyList<int> Processes,
    IReadOnlyList<MappingRow> History) : Report("ez.environment/1");

public sealed record PathReport(string Environment, string Path) : Report("ez.path/1");

/// <param name="Outcome"><c>created</c>, <c>remapped</c>, <c>unchanged</c>, <c>removed</c>, <c>busy</c>, <c>failed</c>, or <c>planned</c>.</param>
/// <param name="Detail">For <c>busy</c>: who holds it; for <c>failed</c>: why; for <c>unchanged</c>: why, where that is no matter of course.</param>
/// <param name="PrivateBytes">What a planned removal would take with it, as the environment wrote it; null for every other change.</param>
public sealed record EnvironmentChange(string Environment, string? From, string? To, string Outcome, string? Detail = null, long? PrivateBytes = null)
{
    /// <summary>Of a remap, planned or done: what becomes of private paths that both the environment and the new version have to do with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PathChange>? Paths { get; init; }

    /// <summary>Of a planned remap: how many other private paths there are, which all stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Kept { get; init; }
}

/// <param name="Action"><c>keep</c>, <c>take</c>, <c>merge</c>, <c>restore</c>, <c>rebuild</c> or <c>conflict</c>.</param>
/// <param name="Detail">Null where the action says all.</param>
public sealed record PathChange(string Path, string Action, string? Detail);

public sealed record EnvironmentChangesReport(IReadOnlyList<EnvironmentChange> Changes) : Report("ez.environment-changes/1")
{
    /// <summary>What went wrong where the outcome is <c>failed</c>; the others are done all the same.</summary>
    [JsonIgnore]
    public IReadOnlyList<EzException> Failures { get; init; } = [];

    /// <summary>Whether the user ended it before it was through.</summary>
    [JsonIgnore]
    public bool IsInterrupted { get; init; }
}

public sealed record VersionReport(string Version, int StoreFormat, int RecipeFormat) : Report("ez.version/1");
