using EzTemplates.Domain.Configuring;
using Xunit;

namespace EzTemplates.Domain.Tests.Configuring;

public sealed class IdTableTests
{
    [Fact]
    public void New_names_get_the_first_free_numbers_whatever_order_they_came_in()
    {
        LockedId[] made = [User("web", 100), Group("web", 101), Group("certs", 102), User("deploy", 1000), User("alone", 103)];
        var table = IdTable.Empty.With([User("old", 200), Group("other", 202)]);
        LockedId[] expected = [User("alone", 201), Group("certs", 203), User("deploy", 2000), User("web", 205), Group("web", 205)];
        bool IsTaken(string kind, uint number) => kind == LockedId.Group && number == 204;
        Assert.Equal(expected, table.Number(made, IsTaken));
        Assert.Equal(expected, table.Number(made.Reverse(), IsTaken));
    }

    [Fact]
    public void A_user_whose_group_has_a_number_gets_that_unless_another_has_it()
    {
        var table = IdTable.Empty.With([Group("mail", 210), Group("news", 211), User("other", 211)]);
        Assert.Equal([User("mail", 210), User("news", 200)], table.Number([User("news", 999), User("mail", 998)], (_, _) => false));
    }

    [Fact]
    public void When_no_number_is_left_a_name_is_refused()
    {
        var refused = Assert.Throws<EzException>(() => IdTable.Empty.Number([User("one", 100)], (_, _) => true));
        Assert.Equal((FailureKind.Usage, "there is no number left for the user `one`"), (refused.Kind, refused.Message));
    }

    [Fact]
    public void A_row_stands_against_one_of_its_name_or_of_its_number()
    {
        var table = IdTable.Empty.With([User("a", 200), Group("b", 201)]);
        Assert.Equal(User("a", 200), table.Against(User("a", 201)));
        Assert.Equal(User("a", 200), table.Against(User("c", 200)));
        Assert.All([User("a", 200), Group("a", 200), User("b", 201)], row => Assert.Null(table.Against(row)));
        Assert.Equal([User("a", 200), Group("b", 201), User("b", 201)], table.With([User("b", 201), User("a", 200)]).Rows.AsEnumerable());
    }

    [Fact]
    public void Owners_and_access_control_lists_change_and_nothing_else()
    {
        // owner, user 101, group, group 101, mask, other (setfacl -m u:101:rwx,g:101:r)
        var acl = Convert.FromHexString("02000000" + "01000600FFFFFFFF" + "0200070065000000" + "04000400FFFFFFFF" + "0800040065000000" + "10000700FFFFFFFF" + "20000400FFFFFFFF");
        var entry = new ManifestEntry
        {
            Path = TreePath.Parse("/f"),
            Type = EntryType.File,
            Mode = 0xDED,
            Uid = 101,
            Gid = 101,
            Mtime = new FileTime(7),
            Xattrs = [new("security.capability", [0x65, 0, 0, 0]), new("system.posix_acl_access", [.. acl])],
        };
        var numbers = new Renumbering([(User("a", 101), 300), (Group("b", 101), 101)]);
        var changed = numbers.Apply(entry);
        Assert.Equal(entry with { Uid = 300, Xattrs = changed.Xattrs }, changed);
        Assert.Equal(entry.Xattrs[0], changed.Xattrs[0]);
        Assert.Equal(Convert.ToHexString(acl).Replace("0200070065000000", "020007002C010000", StringComparison.Ordinal), Convert.ToHexString([.. changed.Xattrs[1].Value]));
        Assert.True(new Renumbering([(Group("b", 101), 101)]).IsNothing);
    }

    private static LockedId User(string name, uint number) => new(LockedId.User, name, number);

    private static LockedId Group(string name, uint number) => new(LockedId.Group, name, number);
}
