namespace EzTemplates.Cli.Tests;

/// <summary>
/// Tests that make mount namespaces of their own, and those that cannot bear one beside them: until it has let go of its copies of the
/// views (<see cref="EzTemplates.Testing.OwnMounts"/>), none of these can be mounted again. They run one after the other.
/// </summary>
[CollectionDefinition(Name)]
public sealed class OtherNamespaces
{
    public const string Name = "other mount namespaces";
}
