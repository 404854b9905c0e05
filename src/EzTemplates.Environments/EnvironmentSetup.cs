using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What environments on a mapping have of their own besides their names; asked for where it is needed, since it costs reading.</summary>
public sealed class EnvironmentSetup(Func<ImmutableArray<PrivateFile>> files, Func<byte[]?> sources, Func<ImmutableArray<string>> firstCommands)
{
    private readonly Lazy<ImmutableArray<PrivateFile>> _files = new(files);
    private readonly Lazy<byte[]?> _sources = new(sources);
    private readonly Lazy<ImmutableArray<string>> _firstCommands = new(firstCommands);

    public static EnvironmentSetup None { get; } = new(() => [], () => null, () => []);

    /// <summary>Of a new one, each only where the version has its folder.</summary>
    public ImmutableArray<PrivateFile> Files => _files.Value;

    /// <summary>The APT sources, as <see cref="MarkedText"/>; null where there are none.</summary>
    public byte[]? Sources => _sources.Value;

    /// <summary>Shell commands that run before the first command in it does.</summary>
    public ImmutableArray<string> FirstCommands => _firstCommands.Value;
}

/// <summary>A file of root's in a private area.</summary>
/// <param name="Content">Called for each environment: some are at random.</param>
public sealed record PrivateFile(TreePath Path, Func<byte[]> Content, int Mode = 0b110_100_100);
