using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>One repository as this host's DNF, YUM or zypper is told to use it.</summary>
/// <param name="Roots">Each ends with a slash.</param>
/// <param name="Keys">Its gpgkey, as far as those are files.</param>
/// <param name="DefinedIn">The file, for messages.</param>
public sealed record HostDnfSource(string Id, ImmutableArray<Uri> Roots, Uri? MirrorList, Uri? Metalink, TrustedKeys Keys, string DefinedIn)
{
    /// <summary>What its gpgkey names besides files, which nobody fetches.</summary>
    public ImmutableArray<string> KeyAddresses { get; init; } = [];
}

/// <summary>What this host's DNF is told, in the order of its files.</summary>
public sealed record HostDnfConfiguration
{
    public static HostDnfConfiguration Empty { get; } = new() { Sources = [], KeyFiles = [] };

    public required ImmutableArray<HostDnfSource> Sources { get; init; }

    /// <summary>Every key file of the host; where bare fingerprints are looked up.</summary>
    public required ImmutableArray<string> KeyFiles { get; init; }

    /// <summary>What was left out, each a sentence.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// The files that have keys of these fingerprints. A host may have hundreds of key files, which no verifier should be given all of.
    /// </summary>
    internal ImmutableArray<string> KeyFilesOf(ImmutableArray<string> fingerprints)
    {
        var primaries = fingerprints.Select(fingerprint => fingerprint.TrimEnd('!')).ToHashSet(StringComparer.Ordinal);
        return [.. KeyFiles.Where(file => Certificates(file).Any(primaries.Contains))];
    }

    /// <summary>What is no key file, or cannot be read, has none.</summary>
    private static IEnumerable<string> Certificates(string file)
    {
        try
        {
            return [.. KeyBlocks.Certificates(TrustedKeys.Dearmor(File.ReadAllBytes(file), file)).Select(certificate => certificate.Fingerprint)];
        }
        catch (Exception unusable) when (unusable is EzException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
