using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Environments;

/// <summary>What environments on a mapping have of their own besides their names; asked for where it is needed, since it costs reading.</summary>
public sealed class EnvironmentSetup(Func<ImmutableArray<PrivateFile>> files, Func<ImmutableArray<SourcesFile>?> sources, Func<ImmutableArray<FirstCommand>> firstCommands)
{
    private readonly Lazy<ImmutableArray<PrivateFile>> _files = new(files);
    private readonly Lazy<ImmutableArray<SourcesFile>?> _sources = new(sources);
    private readonly Lazy<ImmutableArray<FirstCommand>> _firstCommands = new(firstCommands);

    public static EnvironmentSetup None { get; } = new(() => [], () => [], () => []);

    /// <summary>Of a new one, each only where the version has its folder.</summary>
    public ImmutableArray<PrivateFile> Files => _files.Value;

    /// <summary>The package sources for this host, the list of each package manager with the keys beside it; null where they cannot be told now.</summary>
    public ImmutableArray<SourcesFile>? Sources => _sources.Value;

    /// <summary>What runs before the first command in it does.</summary>
    public ImmutableArray<FirstCommand> FirstCommands => _firstCommands.Value;
}

/// <summary>A file of root's in a private area.</summary>
/// <param name="Content">Called for each environment: some are at random.</param>
public sealed record PrivateFile(TreePath Path, Func<byte[]> Content, int Mode = 0b110_100_100);
