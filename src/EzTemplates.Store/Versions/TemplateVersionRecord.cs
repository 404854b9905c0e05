using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using EzTemplates.Domain;
using NuGet.Versioning;

namespace EzTemplates.Store;

/// <summary>What the store keeps of a template version: <c>store/versions/TEMPLATE/VERSION.json</c>. Immutable.</summary>
public sealed record TemplateVersionRecord
{
    public required TemplateReference Reference { get; init; }

    /// <summary>The digest of the lock that it was built from.</summary>
    public required Sha256Digest Lock { get; init; }

    /// <summary>Null for an OS.</summary>
    public LockedBase? Base { get; init; }

    public required Sha256Digest Manifest { get; init; }

    /// <summary>The number of the configure rules that ran; 0 = not configured.</summary>
    public required int Rules { get; init; }

    public required int Packages { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset Committed { get; init; }

    /// <summary>How many versions of the template gc keeps, as the recipe said when this one was built; the newest version's word counts.</summary>
    public int Keep { get; init; } = DefaultKeep;

    public const int DefaultKeep = 5;

    /// <summary>What the recipe said beyond packages.</summary>
    public TemplateSettings Settings { get; init; } = TemplateSettings.Default;

    /// <summary>The recipe's own, for the package sources of environments; keys beside the recipe are in them.</summary>
    public ImmutableArray<RepositorySpec> Repositories { get; init; } = [];

    public bool IsConfigured => Rules > 0;

    public bool IsOs => Base is null;

    /// <summary>By what is on the disk, as lists in a record are not compared by what is in them.</summary>
    public bool Equals(TemplateVersionRecord? other) => ReferenceEquals(this, other) || (other is not null && ToJson().AsSpan().SequenceEqual(other.ToJson()));

    public override int GetHashCode() => Reference.GetHashCode();

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new VersionJson
        {
            Format = VersionJson.CurrentFormat,
            Template = Reference.Template,
            Kind = IsOs ? "os" : "app",
            Version = Reference.Version.ToNormalizedString(),
            Lock = Lock.ToString(),
            BaseTemplate = Base?.Template,
            BaseVersion = Base?.Version.ToNormalizedString(),
            BaseLock = Base?.LockDigest.ToString(),
            Manifest = Manifest.ToString(),
            Configured = IsConfigured,
            Rules = Rules,
            Packages = Packages,
            Files = Files,
            Bytes = Bytes,
            Committed = Committed,
            Keep = Keep,
            Settings = SettingsJson.Of(Settings),
            Repositories = Repositories.IsEmpty ? null : [.. Repositories.Select(RepositoryJson.Of)],
        },
        VersionJsonContext.Default.VersionJson);

    /// <exception cref="StoreException">Not such a record; it names the file.</exception>
    internal static TemplateVersionRecord FromJson(ReadOnlySpan<byte> text, string fileName)
    {
        try
        {
            var json = JsonSerializer.Deserialize(text, VersionJsonContext.Default.VersionJson)
                ?? throw new FormatException("it is empty");
            if (json.Format > VersionJson.CurrentFormat)
            {
                throw new FormatException("it is of a newer format");
            }

            return json.ToRecord();
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or ArgumentException)
        {
            throw new StoreException(
                $"`{fileName}` is no record of a template version: {malformed.Message}",
                "remove that file and build the version again from its lock",
                malformed);
        }
    }
}

/// <summary>The record's shape on disk.</summary>
internal sealed record VersionJson
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Template { get; init; }

    public required string Kind { get; init; }

    public required string Version { get; init; }

    public required string Lock { get; init; }

    public string? BaseTemplate { get; init; }

    public string? BaseVersion { get; init; }

    public string? BaseLock { get; init; }

    public required string Manifest { get; init; }

    public required bool Configured { get; init; }

    public required int Rules { get; init; }

    public required int Packages { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset Committed { get; init; }

    /// <summary>Null in records of before it was written.</summary>
    public int? Keep { get; init; }

    /// <summary>Null where the recipe says nothing of the kind.</summary>
    public SettingsJson? Settings { get; init; }

    public IReadOnlyList<RepositoryJson>? Repositories { get; init; }

    public TemplateVersionRecord ToRecord() => new()
    {
        Reference = new TemplateReference(Template, NuGetVersion.Parse(Version)),
        Lock = Sha256Digest.Parse(Lock),
        Base = BaseTemplate is null
            ? null
            : new LockedBase(BaseTemplate, NuGetVersion.Parse(BaseVersion ?? ""), Sha256Digest.Parse(BaseLock ?? "")),
        Manifest = Sha256Digest.Parse(Manifest),
        Rules = Rules,
        Packages = Packages,
        Files = Files,
        Bytes = Bytes,
        Committed = Committed,
        Keep = Keep ?? TemplateVersionRecord.DefaultKeep,
        Settings = Settings?.ToSettings() ?? TemplateSettings.Default,
        Repositories = [.. (Repositories ?? []).Select(repository => repository.ToSpec())],
    };
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionJson))]
internal sealed partial class VersionJsonContext : JsonSerializerContext;
