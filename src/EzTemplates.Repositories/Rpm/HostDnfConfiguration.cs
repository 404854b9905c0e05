using System.Collections.Immutable;

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
    public static HostDnfConfiguration Empty { get; } = new() { Sources = [], Keys = HostKeyFiles.None };

    public required ImmutableArray<HostDnfSource> Sources { get; init; }

    public required HostKeyFiles Keys { get; init; }

    /// <summary>What was left out, each a sentence.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
